#include "store/postgresql/sql.hpp"

#include <vector>

namespace herald::store::postgresql {
namespace {

std::vector<const Sql*>& registry() {
  static std::vector<const Sql*> all;
  return all;
}

}  // namespace

SqlError::Kind kind_of(std::string_view state) {
  using Kind = SqlError::Kind;
  if (state.empty()) return Kind::lost;
  // Classes of SQLSTATE: PostgreSQL's manual, appendix A.
  if (state.starts_with("08") || state.starts_with("57P")) return Kind::lost;
  // A unique key that another transaction took meanwhile is met in time the second time.
  if (state.starts_with("40") || state == "55P03" || state == "23505") return Kind::again;
  for (const std::string_view unable : {"53", "57", "58", "25006", "XX", "F0", "55"})
    if (state.starts_with(unable)) return Kind::unavailable;
  return Kind::request;
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\n' || c == '\t' ? ' ' : c;
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

Sql::Sql(std::string text) : text_(std::move(text)), index_(registry().size()) {
  name_ = "herald_" + std::to_string(index_);
  registry().push_back(this);
}

std::span<const Sql* const> Sql::all() { return registry(); }

}  // namespace herald::store::postgresql
