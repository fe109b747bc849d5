#pragma once

#include <herald/herald.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/types.hpp"

namespace herald::plugin {

/// A view for the other side of the ABI; `text` must outlive the call.
inline herald_str str(std::string_view text) { return {text.data(), text.size()}; }
inline herald_kvs kvs(const std::vector<herald_kv>& v) { return {v.data(), v.size()}; }

/// Raw bytes of a view from a plugin; nothing when the view is not one (no data, but a size) or
/// exceeds `max` bytes.
std::optional<std::string_view> bytes_of(herald_str s, std::size_t max);
/// The same, and it must be UTF-8 without U+0000.
std::optional<std::string> text_of(herald_str s, std::size_t max);
/// At most `max` bytes of it for people: cut at a character, broken UTF-8 escaped, control bytes
/// escaped.
std::string note_of(herald_str s, std::size_t max);
std::string note(std::string_view text, std::size_t max);
/// Words separated by spaces.
std::vector<std::string> words(std::string_view text);
/// The text a plugin left in an error, for people.
std::string text_of(const herald_error& error);
/// An array of `n` elements `stride` bytes apart can be read as T.
template <class T>
bool strided(const T* data, uint64_t n, uint64_t stride, uint64_t max) {
  return n == 0 || (data != nullptr && n <= max && stride >= sizeof(T) && stride % alignof(T) == 0);
}
template <class T>
const T& element(const T* data, uint64_t stride, uint64_t i) {
  return *reinterpret_cast<const T*>(reinterpret_cast<const char*>(data) + i * stride);
}

herald_status status_of(base::Code code);

}  // namespace herald::plugin
