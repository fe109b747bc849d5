// error.hpp - how a plugin says that something failed.
#pragma once

#include <herald/herald.h>

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#pragma GCC visibility push(hidden)
namespace herald::inline v1 {

/// A failure with a code the host understands. Throw it from any override; it stops at the
/// boundary. From configure(): HERALD_E_INVALID refuses the configuration, HERALD_E_RESTART asks
/// for a new instance. From deliver(): HERALD_E_INVALID rejects, HERALD_E_LIMIT retries,
/// HERALD_E_STATE means that the channel is down; any other exception means unknown.
class Error : public std::exception {
 public:
  Error(herald_status code, std::string text) : code_{code}, text_{std::move(text)} {}
  const char* what() const noexcept override { return text_.c_str(); }
  herald_status code() const noexcept { return code_; }

 private:
  herald_status code_;
  std::string text_;
};

/// "not found" for HERALD_E_NOT_FOUND: for log lines.
constexpr std::string_view describe(herald_status status) noexcept {
  switch (status) {
    case HERALD_OK:
      return "ok";
    case HERALD_E_INVALID:
      return "invalid argument";
    case HERALD_E_UNSUPPORTED:
      return "not offered by this host";
    case HERALD_E_STATE:
      return "not possible now";
    case HERALD_E_LIMIT:
      return "limit reached";
    case HERALD_E_INTERNAL:
      return "internal error";
    case HERALD_E_RESTART:
      return "needs a restart";
    case HERALD_E_CONFLICT:
      return "conflict";
    case HERALD_E_DENIED:
      return "not granted";
    case HERALD_E_NOT_FOUND:
      return "not found";
    default:
      return "unknown status";
  }
}

}  // namespace herald::inline v1
#pragma GCC visibility pop
