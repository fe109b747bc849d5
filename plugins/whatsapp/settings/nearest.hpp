// nearest.hpp - "did you mean ...?"
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace whatsapp {

/// The known word that `word` was most likely meant to be; empty when none is close.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);
std::string listed(std::span<const std::string_view> known);

}  // namespace whatsapp
