#include "plugin/text.hpp"

#include "base/text.hpp"

namespace herald::plugin {

std::optional<std::string_view> bytes_of(herald_str s, std::size_t max) {
  if (s.size == 0) return std::string_view{};
  if (s.data == nullptr || s.size > max) return std::nullopt;
  return std::string_view{s.data, static_cast<std::size_t>(s.size)};
}

std::optional<std::string> text_of(herald_str s, std::size_t max) {
  const auto bytes = bytes_of(s, max);
  // U+0000 is UTF-8, but no text of a PostgreSQL column.
  if (!bytes || !base::is_utf8(*bytes) || bytes->find('\0') != std::string_view::npos)
    return std::nullopt;
  return std::string{*bytes};
}

std::string note(std::string_view text, std::size_t max) {
  std::string out = base::escape_control(text.substr(0, max));
  if (out.size() <= max) return out;
  out.resize(max);
  while (!out.empty() && !base::is_utf8(out)) out.pop_back();
  return out;
}

std::string note_of(herald_str s, std::size_t max) {
  if (s.data == nullptr || s.size == 0) return {};
  // A character more than `max` bytes: escape_control must not see one cut in half.
  auto size = static_cast<std::size_t>(std::min<uint64_t>(s.size, max));
  while (size > 0 && size < s.size && (static_cast<unsigned char>(s.data[size]) & 0xC0U) == 0x80U &&
         size + 4 > max)
    --size;
  return note({s.data, size}, max);
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  for (const auto word : base::split(text, ' '))
    if (!word.empty()) out.emplace_back(word);
  return out;
}

std::string text_of(const herald_error& error) {
  return note_of({error.text, std::min<uint64_t>(error.text_size, sizeof error.text)}, 480);
}

herald_status status_of(base::Code code) {
  switch (code) {
    case base::Code::invalid:
    case base::Code::unprocessable:
    case base::Code::too_large:
      return HERALD_E_INVALID;
    case base::Code::unauthenticated:
    case base::Code::denied:
      return HERALD_E_DENIED;
    case base::Code::not_found:
      return HERALD_E_NOT_FOUND;
    case base::Code::in_flight:
    case base::Code::conflict:
      return HERALD_E_CONFLICT;
    case base::Code::limited:
    case base::Code::unavailable:
      return HERALD_E_LIMIT;
    case base::Code::unsupported:
      return HERALD_E_UNSUPPORTED;
    case base::Code::internal:
      break;
  }
  return HERALD_E_INTERNAL;
}

}  // namespace herald::plugin
