#include "http/reach.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace herald::http {
namespace {

const Networks& special() {
  static const Networks networks = *Networks::parse(
      {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
       "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
       "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "2001::/23",
       "2001:db8::/32", "2002::/16", "3fff::/20"});
  return networks;
}

const Networks& global() {
  static const Networks networks = *Networks::parse({"2000::/3"});
  return networks;
}

}  // namespace

bool is_public(const Address& address) {
  return (address.is_v4() || global().contains(address)) && !special().contains(address);
}

std::optional<Address> address_of(const sockaddr& address) {
  Address out;
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    out.bytes[10] = out.bytes[11] = 0xff;
    std::memcpy(out.bytes.data() + 12, &v4.sin_addr, 4);
    return out;
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    std::memcpy(out.bytes.data(), &v6.sin6_addr, 16);
    return out;
  }
  return std::nullopt;
}

}  // namespace herald::http
