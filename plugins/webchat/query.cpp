#include "query.hpp"

namespace webchat {

Checked<std::string_view> single(const herald::Fields& query, std::string_view name) {
  Checked<std::string_view> out;
  for (const auto& [key, value] : query) {
    if (key != name) continue;
    if (out.value) return {{}, std::string{name} + " is given twice; send it once"};
    out.value = value;
  }
  return out;
}

bool is_blank(std::string_view body) { return body.find_first_not_of(" \t\r\n") == body.npos; }

}  // namespace webchat
