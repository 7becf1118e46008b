// Fixed-width integers in and out of bytes, whatever the machine's order.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstring>

namespace larder::record {

template <std::integral T>
T ToOrder(T value, std::endian order) {
  return std::endian::native == order ? value : std::byteswap(value);
}

template <std::integral T>
void StoreLittle(std::byte* to, T value) {
  value = ToOrder(value, std::endian::little);
  std::memcpy(to, &value, sizeof value);
}

template <std::integral T>
T LoadLittle(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return ToOrder(value, std::endian::little);
}

template <std::integral T>
void StoreBig(std::byte* to, T value) {
  value = ToOrder(value, std::endian::big);
  std::memcpy(to, &value, sizeof value);
}

template <std::integral T>
T LoadBig(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return ToOrder(value, std::endian::big);
}

}  // namespace larder::record
