#include "http/peer.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/text.hpp"

namespace herald::http {
namespace {
constexpr std::array<unsigned char, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_forwarding(std::string_view name) {
  return name.starts_with("x-forwarded-") || name == "forwarded" || name == "x-real-ip";
}
}  // namespace

bool Address::is_v4() const { return std::equal(kMapped.begin(), kMapped.end(), bytes.begin()); }

bool Address::is_loopback() const {
  if (is_v4()) return bytes[12] == 127;
  return bytes[15] == 1 &&
         std::all_of(bytes.begin(), bytes.begin() + 15, [](unsigned char b) { return b == 0; });
}

std::optional<Address> parse_address(std::string_view text) {
  const std::string z{text};
  if (z.size() != std::strlen(z.c_str())) return {};
  Address out;
  if (inet_pton(AF_INET, z.c_str(), out.bytes.data() + 12) == 1) {
    std::copy(kMapped.begin(), kMapped.end(), out.bytes.begin());
    return out;
  }
  if (inet_pton(AF_INET6, z.c_str(), out.bytes.data()) == 1) return out;
  return {};
}

base::Result<Networks> Networks::parse(const std::vector<std::string>& texts) {
  Networks out;
  for (const auto& text : texts) {
    const auto slash = text.find('/');
    const auto address = parse_address(std::string_view{text}.substr(0, slash));
    if (!address)
      return base::fail(base::Code::invalid,
                        text + " is not an IP address or network; write 10.0.0.0/8 or ::1");
    unsigned bits = 128;
    if (slash != std::string::npos) {
      const unsigned most = address->is_v4() ? 32 : 128;
      const auto* end = text.data() + text.size();
      const auto [stop, ec] = std::from_chars(text.data() + slash + 1, end, bits);
      if (ec != std::errc{} || stop != end || bits > most)
        return base::fail(base::Code::invalid, text + ": the prefix length is not a number up to " +
                                                   std::to_string(most));
      if (address->is_v4()) bits += 96;
    }
    out.networks_.push_back({*address, bits});
  }
  return out;
}

bool Networks::contains(const Address& address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& n) {
    const auto whole = n.bits / 8;
    if (!std::equal(address.bytes.begin(), address.bytes.begin() + whole, n.address.bytes.begin()))
      return false;
    const auto rest = n.bits % 8;
    return rest == 0 || ((address.bytes[whole] ^ n.address.bytes[whole]) >> (8 - rest)) == 0;
  });
}

std::string effective_peer(std::string_view socket_peer, const Networks& proxies,
                           model::web::Headers& headers, bool& forwarded) {
  forwarded = std::any_of(headers.begin(), headers.end(),
                          [](const auto& h) { return is_forwarding(h.first); });
  if (!forwarded) return std::string{socket_peer};
  const auto peer = proxies.empty() ? std::nullopt : parse_address(socket_peer);
  if (!peer || !proxies.contains(*peer)) {
    std::erase_if(headers, [](const auto& h) { return is_forwarding(h.first); });
    return std::string{socket_peer};
  }
  std::string chain;
  for (const auto& [name, value] : headers)
    if (name == "x-forwarded-for") chain.append(chain.empty() ? "" : ",").append(value);
  const auto hops = base::split(chain, ',');
  auto nearest = std::string{socket_peer};
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    const auto text = base::trim(*hop);
    const auto address = parse_address(text);
    if (!address) break;  // what stands left of nonsense cannot be trusted
    nearest = std::string{text};
    if (!proxies.contains(*address)) break;
  }
  return nearest;
}

}  // namespace herald::http
