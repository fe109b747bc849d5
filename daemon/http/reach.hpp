#pragma once

#include <string>

#include "http/peer.hpp"

struct sockaddr;

namespace herald::http {

/// Whether an address is one of the public internet: not private, loopback, link-local, shared,
/// multicast, reserved, documentation, nor one that stands for another address (IPv4-mapped, 6to4,
/// NAT64, Teredo). After the IANA special-purpose registries (RFC 6890); IPv6 only 2000::/3.
bool is_public(const Address& address);

/// The address of a socket address; nothing for other families than IPv4 and IPv6.
std::optional<Address> address_of(const sockaddr& address);

}  // namespace herald::http
