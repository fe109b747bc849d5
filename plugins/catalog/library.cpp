#include "library.hpp"

#include <algorithm>

#include "texts.hpp"

namespace catalog {
namespace {

constexpr std::size_t kMaxPart = 64 * 1024, kMaxMarkdown = 48 * 1024, kMaxTitle = 1024;

std::string verbatim(const std::string& text) { return text; }

// The kind's locale that fits best: fr-CM, then fr, then the first.
const std::string& locale_of(const Kind& kind, std::string_view wanted) {
  const auto same = [](std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
      const auto lower = [](char c) {
        return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      };
      return lower(x) == lower(y);
    });
  };
  for (const auto& locale : kind.locales)
    if (same(locale, wanted)) return locale;
  const auto language = wanted.substr(0, wanted.find_first_of("-_"));
  for (const auto& locale : kind.locales)
    if (same(locale, language)) return locale;
  return kind.locales.front();
}

std::string variant_of(const Kind& kind, const Values& values) {
  if (kind.by.empty()) return {};
  const auto by = values.find(kind.by);
  if (by == values.end() || !by->second.text) return {};
  const auto wanted = fold(*by->second.text);
  for (const auto& variant : kind.variants)
    if (std::binary_search(variant.names.begin(), variant.names.end(), wanted)) return variant.name;
  return {};
}

void check_size(const std::string& part, std::size_t most, const std::string& what) {
  if (part.size() > most)
    throw herald::Error{HERALD_E_INVALID, what + " is " + std::to_string(part.size()) +
                                              " bytes; at most " + std::to_string(most) +
                                              " are allowed. Shorten the parameters"};
}

}  // namespace

Library::Library(const Files& files)
    : version_{version_of(files)},
      kinds_{read_kinds(parse_yaml("kinds.yaml", files.at("kinds.yaml")))} {
  for (const auto& one : kinds_.kinds)
    for (const auto& locale : one.locales) compile(files, one, locale);
}

void Library::compile(const Files& files, const Kind& kind, const std::string& locale) {
  const auto add = [&](const std::string& variant, const Localized& title) {
    const auto name = variant.empty() ? kind.name : kind.name + '.' + variant;
    Text text{Mustache{expand(files, locale, name), kind}, nullptr};
    if (const auto found = title.find(locale); found != title.end())
      text.title = std::make_unique<Mustache>(
          scan("kinds.yaml (title of " + name + ", " + locale + ")", found->second), kind);
    texts_.emplace(Key{locale, kind.name, variant}, std::move(text));
  };
  add({}, kind.title);
  for (const auto& variant : kind.variants)
    add(variant.name, variant.title.empty() ? kind.title : variant.title);
}

const Kind& Library::kind(const std::string& name) const {
  for (const auto& one : kinds_.kinds)
    if (one.name == name) return one;
  throw herald::Error{HERALD_E_INVALID,
                      "there is no template for the kind " + name + "; add it to kinds.yaml"};
}

std::string Library::catalog_json() const { return catalog::catalog_json(kinds_, version_); }

herald::Rendered Library::render(const herald::RenderRequest& request) {
  const auto& spec = kind(request.kind);
  const auto& locale = locale_of(spec, request.locale);
  const auto values = read_values(spec, request.params_json, locale);
  auto& text = texts_.at(Key{locale, spec.name, variant_of(spec, values)});

  const auto most =
      request.max_bytes == 0 ? kMaxPart : std::min<std::size_t>(request.max_bytes, kMaxPart);
  herald::Rendered out;
  for (const auto& format : request.formats) {
    if (format != "text/markdown" && format != "text/plain") continue;
    const bool markdown = format == "text/markdown";
    auto part = text.body.render(values, markdown ? escape_markdown : verbatim);
    check_size(part, markdown ? std::min(most, kMaxMarkdown) : most, format);
    out.parts.emplace_back(format, std::move(part));
  }
  // A channel that wants something else still gets the words.
  if (out.parts.empty()) {
    out.parts.emplace_back("text/plain", text.body.render(values, verbatim));
    check_size(out.parts.back().second, most, "text/plain");
  }
  if (text.title) out.title = cut(clean(text.title->render(values, verbatim), true), kMaxTitle);
  out.actions_json = actions_json(spec);
  out.fields_json = fields_json(values);
  out.version = version_;
  return out;
}

}  // namespace catalog
