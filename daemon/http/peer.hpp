#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/ports/web.hpp"

namespace herald::http {

/// An IP address; IPv4 is kept as ::ffff:a.b.c.d so that one comparison fits both.
struct Address {
  std::array<unsigned char, 16> bytes{};
  bool is_v4() const;
  bool is_loopback() const;
  friend bool operator==(const Address&, const Address&) = default;
};
std::optional<Address> parse_address(std::string_view text);

/// A list of addresses and networks: "127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8".
class Networks {
 public:
  static base::Result<Networks> parse(const std::vector<std::string>& texts);
  bool contains(const Address& address) const;
  bool empty() const { return networks_.empty(); }

 private:
  struct Network {
    Address address;
    unsigned bits = 128;
  };
  std::vector<Network> networks_;
};

/// Who the request comes from: the socket's peer, or, when that is a configured proxy, the
/// rightmost address of X-Forwarded-For that is not one. The fields of forwarding (`x-forwarded-*`,
/// `forwarded`, `x-real-ip`) are removed unless the peer is a configured proxy, so that nobody else
/// can set them; `forwarded` tells whether there were any.
std::string effective_peer(std::string_view socket_peer, const Networks& proxies,
                           model::web::Headers& headers, bool& forwarded);

}  // namespace herald::http
