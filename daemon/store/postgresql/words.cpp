#include "store/postgresql/words.hpp"

#include <charconv>

#include "base/ids.hpp"

namespace herald::store::postgresql {
namespace {

bool number(std::string_view text, int64_t& out) {
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  return ec == std::errc{} && end == text.data() + text.size() && out > 0;
}

}  // namespace

std::string payload_of(int64_t fence, const Word& word) {
  std::string out = std::to_string(fence) + ':' + static_cast<char>(word.kind);
  if (word.kind == Word::Kind::notification) out += ':' + word.id;
  if (word.kind == Word::Kind::inbox) out += ':' + std::to_string(word.user);
  return out;
}

std::optional<Heard> heard_from(std::string_view payload) {
  Heard out;
  const auto colon = payload.find(':');
  if (colon == std::string_view::npos || !number(payload.substr(0, colon), out.fence))
    return std::nullopt;
  const auto said = payload.substr(colon + 1);
  if (said.empty() || (said.size() > 1 && said[1] != ':')) return std::nullopt;
  const auto rest = said.substr(std::min<std::size_t>(2, said.size()));
  using Kind = Word::Kind;
  switch (out.word.kind = static_cast<Kind>(said[0])) {
    case Kind::due:
    case Kind::journal:
    case Kind::settings:
    case Kind::people:
    case Kind::everything:
      return rest.empty() ? std::optional{out} : std::nullopt;
    case Kind::notification:
      out.word.id = rest;
      return base::is_id(rest) ? std::optional{out} : std::nullopt;
    case Kind::inbox:
      return number(rest, out.word.user) ? std::optional{out} : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace herald::store::postgresql
