#include "mustache.hpp"

#include <algorithm>
#include <kainjow/mustache.hpp>

namespace catalog {
namespace {

// The engine splits names at dots and looks for objects; a colon keeps them in one piece.
std::string key_of(std::string name) {
  std::replace(name.begin(), name.end(), '.', ':');
  return name;
}

// The engine drops lines by rules of its own, which differ for sections that are not shown; scan()
// has dropped what must go. So line feeds are put in as a value.
constexpr std::string_view kLineFeed = ";";

std::string canonical(const std::vector<Piece>& pieces) {
  std::string out;
  for (const auto& piece : pieces) {
    switch (piece.kind) {
      case Piece::Kind::text:
        for (const char c : piece.text) {
          if (c == '\n')
            out.append("{{{").append(kLineFeed).append("}}}");
          else
            out += c;
        }
        break;
      case Piece::Kind::raw:
        out += "{{{" + key_of(piece.text) + "}}}";
        break;
      default:
        out += "{{";
        if (piece.kind == Piece::Kind::open) out += '#';
        if (piece.kind == Piece::Kind::open_not) out += '^';
        if (piece.kind == Piece::Kind::close) out += '/';
        out += key_of(piece.text) + (piece.kind == Piece::Kind::value ? "}}" : "?}}");
    }
  }
  return out;
}

bool opens(const Piece& piece) {
  return piece.kind == Piece::Kind::open || piece.kind == Piece::Kind::open_not;
}
bool prints(const Piece& piece) {
  return piece.kind == Piece::Kind::value || piece.kind == Piece::Kind::raw;
}

}  // namespace

struct Mustache::Engine {
  kainjow::mustache::mustache impl;
};

Mustache::Mustache(std::vector<Piece> pieces, const Kind& kind)
    : pieces_{std::move(pieces)},
      kind_{kind.name},
      engine_{new Engine{kainjow::mustache::mustache{canonical(pieces_)}}} {
  check(kind);
  if (!engine_->impl.is_valid())
    mistake(pieces_.empty() ? Place{kind.name} : pieces_.front().at, engine_->impl.error_message());
}
Mustache::Mustache(Mustache&&) noexcept = default;
Mustache::~Mustache() = default;

void Mustache::check(const Kind& kind) const {
  const auto known = known_names(kind);
  std::vector<const Piece*> open;
  for (const auto& piece : pieces_) {
    if (piece.kind == Piece::Kind::text) continue;
    if (piece.kind == Piece::Kind::close) {
      open.pop_back();
      continue;
    }
    const auto found = known.find(piece.text);
    if (found == known.end()) {
      std::string all;
      for (const auto& [name, what] : known) all += (all.empty() ? "" : ", ") + name;
      mistake(piece.at,
              "kind " + kind.name + " has no parameter `" + piece.text + "`; it has: " + all);
    }
    if (opens(piece)) open.push_back(&piece);
    if (!prints(piece)) continue;
    if (!found->second.scalar)
      mistake(piece.at, "`" + piece.text + "` cannot be printed; ask with {{#" + piece.text +
                            "}}, or name a field of it");
    const bool guarded = std::any_of(open.begin(), open.end(), [&](const Piece* section) {
      return section->kind == Piece::Kind::open &&
             (section->text == piece.text ||
              (found->second.within && piece.text.starts_with(section->text + '.')));
    });
    if (!found->second.always && !guarded)
      mistake(piece.at, "`" + piece.text + "` may be missing: write {{#" + piece.text + "}}...{{/" +
                            piece.text + "}} around it, or give it `missing` in kinds.yaml");
  }
}

void Mustache::check_values(const Values& values) const {
  std::vector<bool> shown{true};
  std::size_t bytes = 0;
  for (const auto& piece : pieces_) {
    if (piece.kind == Piece::Kind::text) {
      if (shown.back()) bytes += piece.text.size();
    } else if (piece.kind == Piece::Kind::close) {
      shown.pop_back();
    } else if (const auto& value = values.at(piece.text); opens(piece)) {
      shown.push_back(shown.back() && value.given == (piece.kind == Piece::Kind::open));
    } else if (shown.back()) {
      if (!value.text)
        throw herald::Error{HERALD_E_INVALID, "parameter " + piece.text + " of kind " + kind_ +
                                                  " is missing; the text needs it (" +
                                                  piece.at.file + ":" +
                                                  std::to_string(piece.at.line) + ")"};
      bytes += value.text->size();
    }
    if (bytes > kMaxTemplate)
      throw herald::Error{HERALD_E_INVALID,
                          "the text of kind " + kind_ + " is larger than 256 KiB"};
  }
}

std::string Mustache::render(const Values& values, std::string (*escape)(const std::string&)) {
  check_values(values);
  kainjow::mustache::data data{kainjow::mustache::data::type::object};
  data.set(std::string{kLineFeed}, "\n");
  for (const auto& [name, value] : values) {
    // What is shown in place of a missing value prints, but {{#x}} does not take it for one: a
    // section asks for `x?`.
    if (value.text) data.set(key_of(name), *value.text);
    data.set(key_of(name) + '?', value.given);
  }
  engine_->impl.set_custom_escape(escape);
  std::string out;
  engine_->impl.render(data, [&](const std::string& text) {
    if (out.size() + text.size() > kMaxTemplate)
      throw herald::Error{HERALD_E_INVALID,
                          "the text of kind " + kind_ + " is larger than 256 KiB"};
    out += text;
  });
  return out;
}

}  // namespace catalog
