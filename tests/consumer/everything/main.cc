// A host that links everything, with the examples of README.md: those are compiled, not run, for they mean the network.
// Each has to do with the headers that it names itself, and the second with those of the first.
#include <iostream>

#include README_READS_HEADERS

void ReadmeReads() {
#include README_READS
}

#include README_REFRESHES_HEADERS

void ReadmeRefreshes(std::unique_ptr<larder::Store>* store) {
#include README_REFRESHES
}

int main(int argc, char**) {
  if (argc > 9) ReadmeReads();
  auto store = larder::OpenStore("memory:");
  if (argc > 9) ReadmeRefreshes(&*store);
  auto network = larder::Network::Start({});
  if (!network.has_value()) return 1;
  const auto clients = larder::MakeRemoteClientFactory(**network, {});
  const larder::Refresher refresher(**network, *clients, **store);
  std::size_t engines = 0;
  for (const auto& scheme : larder::StoreSchemes()) engines += scheme.available ? 1 : 0;
  std::cout << engines << " kinds of store\n";
  return store.has_value() ? 0 : 2;
}
