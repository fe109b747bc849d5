#include "known_tag.hpp"

namespace webchat {

bool has_tag(std::string_view if_none_match, std::string_view tag) {
  const auto opaque = tag.starts_with("W/") ? tag.substr(2) : tag;
  // Our tags hold no comma, so neither can one that is equal.
  while (!if_none_match.empty()) {
    const auto end = if_none_match.find(',');
    auto one = if_none_match.substr(0, end);
    while (!one.empty() && (one.front() == ' ' || one.front() == '\t')) one.remove_prefix(1);
    while (!one.empty() && (one.back() == ' ' || one.back() == '\t')) one.remove_suffix(1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == opaque) return true;
    if (end == if_none_match.npos) break;
    if_none_match.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace webchat
