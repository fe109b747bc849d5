#include "store/postgresql/rows.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <charconv>

namespace herald::store::postgresql {
namespace {

int64_t number(std::string_view digits) {
  int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

bool Row::is_null(int column) const {
  return PQgetisnull(result_, static_cast<int>(row_), column) == 1;
}

int64_t Row::integer(int column) const { return number(text(column)); }

std::string_view Row::text(int column) const {
  const auto row = static_cast<int>(row_);
  return {PQgetvalue(result_, row, column),
          static_cast<std::size_t>(PQgetlength(result_, row, column))};
}

std::string Row::bytes(int column) const {
  const auto digits = text(column).substr(std::min<std::size_t>(2, text(column).size()));  // \x
  std::string out;
  out.reserve(digits.size() / 2);
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    unsigned byte = 0;
    std::from_chars(digits.data() + i, digits.data() + i + 2, byte, 16);
    out += static_cast<char>(byte);
  }
  return out;
}

Rows::Rows(pg_result* result)
    : result_(result, &PQclear), size_(static_cast<std::size_t>(PQntuples(result))) {}

int64_t Rows::affected() const { return result_ ? number(PQcmdTuples(result_.get())) : 0; }

std::string_view Rows::command() const {
  return result_ ? std::string_view{PQcmdStatus(result_.get())} : std::string_view{};
}

}  // namespace herald::store::postgresql
