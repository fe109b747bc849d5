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
  /// Sends what was added, followed by these values; gives the number of rows that it changed.
  /// Without rows nothing is sent.
  template <class... Args>
  int64_t flush(Connection& db, const Args&... more) {
    if (rows_ == 0) return 0;
    Parameters parameters;
    for (const auto& array : arrays_) parameters.add(array);
    (parameters.add(more), ...);
    clear();
    return db.run_prepared(sql_, parameters).affected();
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
