#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace herald::http {

/// What the guard lets through at most; the same for every route.
struct HeadLimits {
  std::size_t request_line = 8 * 1024;  ///< beyond: 414
  std::size_t bytes = 16 * 1024;        ///< request line and fields; beyond: 431
  std::size_t fields = 100;             ///< beyond: 431
  std::size_t target = 4 * 1024;        ///< beyond: 414
  uint64_t body = 8 * 1024 * 1024;      ///< of any route; beyond: 413
};

/// Why a request is refused: the answer's status and a text for people. The connection ends with
/// it.
struct Refusal {
  unsigned status = 400;
  std::string why;
};

/// How the body that follows is framed (RFC 9112 section 6.3; anything ambiguous was refused).
enum class Framing : uint8_t { none, length, chunked };

/// A request head that passed the guard. The views point into the bytes given to examine_head().
struct Head {
  std::string_view method, target;
  std::string_view host;        ///< empty only with HTTP/1.0
  std::string_view path_query;  ///< target in origin form; "*" for OPTIONS *
  std::vector<std::pair<std::string_view, std::string_view>> fields;  ///< names as received
  Framing framing = Framing::none;
  uint64_t content_length = 0;
  bool minor_zero = false;  ///< HTTP/1.0
  bool keep_alive = true;
  bool expect_continue = false;

  /// The only value of a field; nothing when it is absent or present more than once.
  std::optional<std::string_view> only(std::string_view lower_name) const;
  std::size_t count(std::string_view lower_name) const;
};

/// Finds the end of a request head in bytes that arrive piecemeal.
class HeadScan {
 public:
  enum class Found : uint8_t { more, head, refused };
  /// `data`: everything received of this head so far, growing from call to call. Bare line feeds, a
  /// first byte that cannot begin a method, and sizes over the limit are refused at once, not when
  /// the head ends.
  Found feed(std::string_view data, const HeadLimits& limits);
  /// Bytes to skip before the head (one empty line is forgiven, RFC 9112 section 2.2).
  std::size_t begin() const { return begin_; }
  /// Bytes of the head with its empty line, counted from the start of the data.
  std::size_t end() const { return end_; }
  const Refusal& refusal() const { return refusal_; }
  void reset() { *this = HeadScan{}; }

 private:
  Found refuse(unsigned status, std::string why);

  std::size_t begin_ = 0, at_ = 0, line_ = 0, end_ = 0, lines_ = 0;
  Refusal refusal_;
};

/// Parses one complete head strictly and applies the guard, in its order: version, Host,
/// Transfer-Encoding, Content-Length, target, method, Expect. Nothing after the head was read yet.
/// `into` is reused to spare allocations.
std::optional<Refusal> examine_head(std::string_view bytes, const HeadLimits& limits, Head& into);

/// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) noexcept;
/// Free of control bytes but the tab (RFC 9110 section 5.5).
bool is_field_value(std::string_view text) noexcept;
/// ASCII only; fit for field names and host names.
bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;
std::string to_lower(std::string_view text);

}  // namespace herald::http
