#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace herald::store::postgresql {

/// A value that may be NULL.
template <class T>
struct OrNull {
  bool null;
  T value;
};
/// Bytes for a bytea column; borrowed.
struct Blob {
  std::string_view bytes;
};

/// An array in PostgreSQL's text form, grown element by element.
class Array {
 public:
  template <class T>
  void add(const T& value) {
    text_ += text_.empty() ? '{' : ',';
    if constexpr (requires { value.null; }) {
      if (value.null)
        text_ += "NULL";
      else
        put(value.value);
    } else {
      put(value);
    }
  }
  std::string text() const { return text_.empty() ? "{}" : text_ + '}'; }
  bool empty() const { return text_.empty(); }

 private:
  template <class T>
  void put(const T& value) {
    if constexpr (std::is_enum_v<T> || std::integral<T>) {
      char digits[24];
      const auto end = std::to_chars(digits, digits + sizeof digits, static_cast<int64_t>(value));
      text_.append(digits, end.ptr);
    } else {
      quote(value);
    }
  }
  void quote(std::string_view value);
  std::string text_;
};

/// The parameters of one statement, in order, as the text that is sent.
class Parameters {
 public:
  template <class T>
  void add(const T& value) {
    if constexpr (std::is_same_v<T, Array>) {
      push(value.text());
    } else if constexpr (std::is_same_v<T, Blob>) {
      push(hex(value.bytes));
    } else if constexpr (requires { value.null; }) {
      if (value.null)
        push_null();
      else
        add(value.value);
    } else if constexpr (std::is_enum_v<T> || std::integral<T>) {
      push(std::to_string(static_cast<int64_t>(value)));
    } else {
      push(checked(value));
    }
  }
  std::size_t size() const { return texts_.size(); }
  /// Null for NULL.
  const char* value(std::size_t i) const { return nulls_[i] ? nullptr : texts_[i].c_str(); }

 private:
  void push(std::string text) {
    texts_.push_back(std::move(text));
    nulls_.push_back(false);
  }
  void push_null() {
    texts_.emplace_back();
    nulls_.push_back(true);
  }
  static std::string hex(std::string_view bytes);
  /// The text as it is; throws SqlError when it has a NUL, which would cut it short without a word.
  static std::string checked(std::string_view text);

  std::vector<std::string> texts_;
  std::vector<bool> nulls_;
};

}  // namespace herald::store::postgresql
