#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace herald::store::postgresql {

/// An error of the server or of the way to it. Caught inside the store.
class SqlError : public std::runtime_error {
 public:
  enum class Kind {
    lost,         ///< the connection is gone; what was sent last may have worked or not
    again,        ///< the same transaction may work when it is begun anew
    unavailable,  ///< the server cannot now: no room, no memory, read-only, cancelled
    request       ///< the statement's own fault
  };
  /// `state`: SQLSTATE; empty when the server said nothing.
  SqlError(Kind kind, std::string state, const std::string& what)
      : std::runtime_error(what), kind_(kind), state_(std::move(state)) {}
  Kind kind() const { return kind_; }
  const std::string& state() const { return state_; }

 private:
  Kind kind_;
  std::string state_;
};

/// What can be done about an error with this SQLSTATE; empty: the server said nothing any more.
SqlError::Kind kind_of(std::string_view state);

/// libpq's texts end with newlines, and may have several lines.
std::string one_line(std::string_view text);

/// A SQL text with a name, prepared once per connection. Constants only.
class Sql {
 public:
  explicit Sql(std::string text);
  Sql(const Sql&) = delete;
  Sql& operator=(const Sql&) = delete;
  const std::string& text() const { return text_; }
  const std::string& name() const { return name_; }
  std::size_t index() const { return index_; }
  /// Every statement of the program: what the query plan test examines.
  static std::span<const Sql* const> all();

 private:
  std::string text_, name_;
  std::size_t index_;
};

}  // namespace herald::store::postgresql
