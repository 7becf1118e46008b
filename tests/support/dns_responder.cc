#include "support/dns_responder.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace larder::testing {
namespace {

// RFC 1035 and RFC 2782.
constexpr std::size_t kHeaderSize = 12;
constexpr std::uint16_t kTypeA = 1;
constexpr std::uint16_t kTypeSrv = 33;
constexpr std::uint16_t kClassInternet = 1;
constexpr std::uint16_t kNameOfQuestion = 0xC00C;  // a pointer to where the question's name stands
constexpr std::uint8_t kNoSuchName = 3;

void Append16(std::string& bytes, std::uint16_t value) {
  bytes += static_cast<char>(value >> 8);
  bytes += static_cast<char>(value & 0xFF);
}

std::uint16_t Read16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8 |
                                    static_cast<unsigned char>(bytes[at + 1]));
}

std::string EncodedName(std::string_view name) {
  std::string encoded;
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    name.remove_prefix(std::min(label.size() + 1, name.size()));
    encoded += static_cast<char>(label.size());
    encoded += label;
  }
  return encoded += '\0';
}

void AppendRecord(std::string& reply, std::uint16_t type, std::string_view data) {
  constexpr std::uint16_t kTimeToLive = 1;
  Append16(reply, kNameOfQuestion);
  Append16(reply, type);
  Append16(reply, kClassInternet);
  Append16(reply, 0);
  Append16(reply, kTimeToLive);
  Append16(reply, static_cast<std::uint16_t>(data.size()));
  reply += data;
}

std::string AddressData(const std::string& text) {
  in_addr address{};
  ::inet_pton(AF_INET, text.c_str(), &address);
  return std::string(reinterpret_cast<const char*>(&address), sizeof address);
}

std::string ServiceData(const ServiceRecord& service) {
  std::string data;
  Append16(data, service.priority);
  Append16(data, service.weight);
  Append16(data, service.port);
  return data + EncodedName(service.target);
}

}  // namespace

struct DnsResponder::Question {
  std::string header;   // of the query
  std::string name;     // in small letters
  std::string encoded;  // name, type and class, as sent
  std::uint16_t type = 0;

  // nullopt for what is no query with one question.
  static std::optional<Question> Parse(std::string_view query) {
    if (query.size() < kHeaderSize || Read16(query, 4) != 1) return std::nullopt;
    Question question;
    question.header = query.substr(0, kHeaderSize);
    std::size_t at = kHeaderSize;
    while (at < query.size() && query[at] != '\0') {
      const std::size_t length = static_cast<unsigned char>(query[at]);
      if (!question.name.empty()) question.name += '.';
      question.name += query.substr(at + 1, length);
      at += 1 + length;
    }
    constexpr std::size_t kEnd = 1, kTypeAndClass = 4;
    if (at + kEnd + kTypeAndClass > query.size()) return std::nullopt;
    question.type = Read16(query, at + kEnd);
    question.encoded = query.substr(kHeaderSize, at + kEnd + kTypeAndClass - kHeaderSize);
    std::ranges::transform(question.name, question.name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return question;
  }
};

DnsResponder::DnsResponder() {
  auto socket = BindLoopback(Transport::udp, 0);
  if (!socket) return;
  socket_ = std::move(*socket);
  port_ = LocalPort(socket_);
  thread_ = std::thread([this] { Serve(); });
}

DnsResponder::~DnsResponder() {
  ::shutdown(socket_.fd(), SHUT_RDWR);  // ends the receiving, although UDP knows no connection
  if (thread_.joinable()) thread_.join();
}

void DnsResponder::SetAddresses(std::string name, std::vector<std::string> ipv4) {
  const std::lock_guard lock(mutex_);
  addresses_[std::move(name)] = std::move(ipv4);
}

void DnsResponder::SetServices(std::string name, std::vector<ServiceRecord> services) {
  const std::lock_guard lock(mutex_);
  services_[std::move(name)] = std::move(services);
}

void DnsResponder::Forget(const std::string& name) {
  const std::lock_guard lock(mutex_);
  addresses_.erase(name);
  services_.erase(name);
}

void DnsResponder::FailWith(std::uint8_t code) {
  const std::lock_guard lock(mutex_);
  fail_with_ = code;
}

void DnsResponder::SetSilent(bool silent) {
  const std::lock_guard lock(mutex_);
  silent_ = silent;
}

int DnsResponder::queries() const {
  const std::lock_guard lock(mutex_);
  int all = 0;
  for (const auto& [name, count] : queries_) all += count;
  return all;
}

int DnsResponder::queries(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = queries_.find(name);
  return found == queries_.end() ? 0 : found->second;
}

std::string DnsResponder::Reply(const Question& question) const {
  const auto addresses = addresses_.find(question.name);
  const auto services = services_.find(question.name);
  std::vector<std::string> records;
  if (question.type == kTypeA && addresses != addresses_.end()) {
    for (const std::string& address : addresses->second) records.push_back(AddressData(address));
  }
  if (question.type == kTypeSrv && services != services_.end()) {
    for (const ServiceRecord& service : services->second) records.push_back(ServiceData(service));
  }
  const bool known = addresses != addresses_.end() || services != services_.end();
  const std::uint8_t code = fail_with_ != 0 ? fail_with_ : known ? 0 : kNoSuchName;
  if (code != 0) records.clear();

  std::string reply = question.header.substr(0, 2);
  reply += static_cast<char>(0x84 | (question.header[2] & 0x01));  // an answer, with authority; recursion as desired
  reply += static_cast<char>(0x80 | code);                         // recursion is to be had
  Append16(reply, 1);
  Append16(reply, static_cast<std::uint16_t>(records.size()));
  Append16(reply, 0);
  Append16(reply, 0);
  reply += question.encoded;
  for (const std::string& record : records) AppendRecord(reply, question.type, record);
  return reply;
}

void DnsResponder::Serve() {
  while (true) {
    std::array<char, 4096> bytes;
    sockaddr_storage sender{};
    socklen_t length = sizeof sender;
    const ssize_t count =
        ::recvfrom(socket_.fd(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&sender), &length);
    if (count <= 0) return;
    const auto question = Question::Parse(std::string_view(bytes.data(), static_cast<std::size_t>(count)));
    if (!question) continue;
    const std::lock_guard lock(mutex_);
    ++queries_[question->name];
    if (silent_) continue;
    const std::string reply = Reply(*question);
    ::sendto(socket_.fd(), reply.data(), reply.size(), 0, reinterpret_cast<const sockaddr*>(&sender), length);
  }
}

}  // namespace larder::testing
