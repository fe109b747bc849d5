#pragma once

#include <array>
#include <string>
#include <string_view>

namespace herald::base {

using Sha256 = std::array<unsigned char, 32>;
Sha256 sha256(std::string_view bytes);

/// Lower-case hexadecimal.
std::string to_hex(const Sha256& digest);
std::string sha256_hex(std::string_view bytes);

}  // namespace herald::base
