#include "query.hpp"

#include <algorithm>

namespace webchat {
namespace {

/// Parameters in the target as it was received; empty ones do not count.
std::size_t parameters(std::string_view target) {
  const auto mark = target.find('?');
  auto rest = mark == target.npos ? std::string_view{} : target.substr(mark + 1);
  std::size_t n = 0;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    if (end != 0) ++n;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return n;
}

}  // namespace

Checked<std::string_view> single(const herald::Incoming& request, std::string_view name) {
  if (parameters(request.target) != request.query.size())
    return {{}, "the query has parameters that are not UTF-8, or too many of them"};
  Checked<std::string_view> out;
  for (const auto& [key, value] : request.query) {
    if (key != name) continue;
    if (out.value) return {{}, std::string{name} + " is given twice; send it once"};
    out.value = value;
  }
  return out;
}

bool is_blank(std::string_view body) { return body.find_first_not_of(" \t\r\n") == body.npos; }

}  // namespace webchat
