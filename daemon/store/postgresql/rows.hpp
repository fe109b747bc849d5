#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct pg_result;

namespace herald::store::postgresql {

/// One row of an answer; valid as long as its Rows.
class Row {
 public:
  Row(const pg_result* result, std::size_t row) : result_(result), row_(row) {}
  bool is_null(int column) const;
  /// 0 when it is null.
  int64_t integer(int column) const;
  /// Empty when it is null.
  std::string_view text(int column) const;
  std::string string(int column) const { return std::string{text(column)}; }
  /// A bytea.
  std::string bytes(int column) const;

 private:
  const pg_result* result_;
  std::size_t row_;
};

/// What a statement answered. Copies share it. One thread.
class Rows {
 public:
  Rows() = default;
  /// Takes it over.
  explicit Rows(pg_result* result);
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Row operator[](std::size_t row) const { return {result_.get(), row}; }
  /// Rows that the statement changed.
  int64_t affected() const;
  /// What the server says it has done: a word, for some statements with numbers.
  std::string_view command() const;

  class Iterator {
   public:
    Iterator(const pg_result* result, std::size_t row) : result_(result), row_(row) {}
    Row operator*() const { return {result_, row_}; }
    Iterator& operator++() { return ++row_, *this; }
    bool operator!=(const Iterator& other) const { return row_ != other.row_; }

   private:
    const pg_result* result_;
    std::size_t row_;
  };
  Iterator begin() const { return {result_.get(), 0}; }
  Iterator end() const { return {result_.get(), size_}; }

 private:
  std::shared_ptr<pg_result> result_;
  std::size_t size_ = 0;
};

}  // namespace herald::store::postgresql
