#pragma once

#include <vector>

#include "store/postgresql/connection.hpp"

namespace herald::store::postgresql {

/// Rows for a statement that takes one array for each column: many rows in one round trip.
class Columns {
 public:
  explicit Columns(const Sql& sql) : sql_(sql) {}

  template <class... Args>
  void add(const Args&... args) {
    if (arrays_.empty()) arrays_.resize(sizeof...(args));
    auto array = arrays_.begin();
    ((array++)->add(args), ...);
    ++rows_;
  }
  std::size_t rows() const { return rows_; }
  /// Sends what was added, followed by these values; without rows nothing. The server's answer is
  /// waited for later (Connection::send).
  template <class... Args>
  void flush(Connection& db, const Args&... more) {
    if (rows_ == 0) return;
    Parameters parameters;
    for (const auto& array : arrays_) parameters.add(array);
    (parameters.add(more), ...);
    clear();
    db.send(sql_, parameters, Pipeline::When::now, {});
  }
  void clear() {
    arrays_.clear();
    rows_ = 0;
  }

 private:
  const Sql& sql_;
  std::vector<Array> arrays_;
  std::size_t rows_ = 0;
};

}  // namespace herald::store::postgresql
