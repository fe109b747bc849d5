#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/head.hpp"

namespace herald::http {

/// Decodes a chunked body (RFC 9112 section 7.1) strictly: CR LF only, sizes of hexadecimal digits,
/// bounded extensions and trailers. Extensions and trailers are read and dropped, so that nothing
/// after the head can pass for a header (trap 2).
class Chunked {
 public:
  enum class State : uint8_t { more, done, refused };

  explicit Chunked(std::size_t max_body) : max_(max_body) {}
  /// Appends what it decodes to `body` and sets `used` to the bytes of `data` it consumed; what is
  /// left must be given again together with what follows. Once done, the rest belongs to the next
  /// request.
  State feed(std::string_view data, std::string& body, std::size_t& used);
  const Refusal& refusal() const { return refusal_; }

 private:
  enum class Part : uint8_t { size, data, data_end, trailer };
  State refuse(unsigned status, std::string why);
  State size_line(std::string_view line, const std::string& body);

  std::size_t max_;
  uint64_t left_ = 0;         ///< of the current chunk
  std::size_t trailers_ = 0;  ///< bytes
  std::size_t overhead_ = 0;  ///< bytes of extensions, over all chunks
  Part part_ = Part::size;
  Refusal refusal_;
};

}  // namespace herald::http
