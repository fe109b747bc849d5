#include <charconv>
#include <filesystem>

#include "base/text.hpp"
#include "config/reader.hpp"

namespace herald::config {
namespace {

std::string quoted_or_empty(const std::string& text) { return text.empty() ? "\"\"" : text; }

}  // namespace

void Reader::flag(std::string_view key, bool& out, std::string_view help) {
  const auto* node =
      scalar(key, take(key, Setting::Type::flag, help, out ? "true" : "false"), "true or false");
  if (node == nullptr) return;
  if (!node->quoted && (node->text == "true" || node->text == "false")) {
    out = node->text == "true";
  } else {
    wrong(*node, key, "true or false");
  }
}

std::optional<unsigned> Reader::parse_number(std::string_view key, const Node* node, unsigned min,
                                             unsigned max) {
  const auto wanted = "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
  node = scalar(key, node, wanted);
  if (node == nullptr) return std::nullopt;
  unsigned value = 0;
  const auto* end = node->text.data() + node->text.size();
  const auto [at, problem] = std::from_chars(node->text.data(), end, value);
  if (node->quoted || problem != std::errc{} || at != end || value < min || value > max) {
    wrong(*node, key, wanted);
    return std::nullopt;
  }
  return value;
}

void Reader::number(std::string_view key, unsigned& out, unsigned min, unsigned max,
                    std::string_view help) {
  const auto* node = take(key, Setting::Type::number, help, std::to_string(out), {}, min, max);
  if (const auto value = parse_number(key, node, min, max)) out = *value;
}

void Reader::number(std::string_view key, std::optional<unsigned>& out, unsigned min, unsigned max,
                    std::string_view help) {
  const auto* node = take(key, Setting::Type::number, help, {}, {}, min, max);
  if (const auto value = parse_number(key, node, min, max)) out = value;
}

void Reader::text(std::string_view key, std::string& out, std::string_view help, const Check& check,
                  bool required) {
  const auto fallback = required ? std::string{} : quoted_or_empty(out);
  const auto* node =
      scalar(key, take(key, Setting::Type::text, help, fallback, {}, 0, 0, required), "a text");
  if (node == nullptr) return;
  if (check) {
    if (const auto complaint = check(node->text); !complaint.empty()) {
      return context_.diagnostics.error(place(*node), "`" + name(key) + "` " + complaint);
    }
  }
  out = node->text;
}

void Reader::path(std::string_view key, std::string& out, std::string_view help, bool required) {
  const auto fallback = required || out.empty() ? std::string{} : out;
  const auto* node =
      scalar(key, take(key, Setting::Type::path, help, fallback, {}, 0, 0, required), "a path");
  if (node == nullptr) return;
  if (node->text.empty()) return wrong(*node, key, "a path");
  out = absolute(node->text, context_.folder);
}

std::optional<base::Duration> Reader::parse_duration(std::string_view key, const Node* node,
                                                     DurationRange range, std::string_view wanted) {
  node = scalar(key, node, wanted);
  if (node == nullptr) return std::nullopt;
  const auto value = base::parse_duration(node->text);
  if (!value) {
    wrong(*node, key, wanted);
    return std::nullopt;
  }
  if (*value < range.min || *value > range.max) {
    wrong(*node, key,
          "a duration from " + base::to_string(range.min) + " to " + base::to_string(range.max));
    return std::nullopt;
  }
  return value;
}

void Reader::duration(std::string_view key, base::Duration& out, std::string_view help,
                      DurationRange range) {
  const auto* node = take(key, Setting::Type::duration, help, base::to_string(out));
  if (const auto value = parse_duration(key, node, range)) out = *value;
}

void Reader::duration(std::string_view key, std::optional<base::Duration>& out,
                      std::string_view help, DurationRange range) {
  const auto* node = take(key, Setting::Type::duration, help, {});
  if (const auto value = parse_duration(key, node, range)) out = value;
}

void Reader::age(std::string_view key, base::Duration& out, std::string_view help,
                 DurationRange range) {
  constexpr std::string_view kNever = "never";
  const auto* node = take(key, Setting::Type::age, help,
                          out == base::Duration{0} ? std::string{kNever} : base::to_string(out));
  if (node != nullptr && node->kind == Node::Kind::scalar && node->text == kNever) {
    out = base::Duration{0};
    return;
  }
  if (const auto value = parse_duration(key, node, range, "never, or a duration such as 90d"))
    out = *value;
}

void Reader::backoff(std::string_view key, std::optional<base::Backoff>& out,
                     std::string_view help) {
  constexpr std::string_view kWanted =
      "a first and a longest pause such as 1s..5m, from 100ms to 1d";
  const auto* node = scalar(key, take(key, Setting::Type::range, help, {}), kWanted);
  if (node == nullptr) return;
  const std::string_view text = node->text;
  const auto dots = text.find("..");
  const auto first = base::parse_duration(base::trim(text.substr(0, dots)));
  const auto last = dots == std::string_view::npos
                        ? first
                        : base::parse_duration(base::trim(text.substr(dots + 2)));
  const DurationRange range{std::chrono::milliseconds{100}, std::chrono::days{1}};
  if (!first || !last || *first < range.min || *last > range.max || *first > *last)
    return wrong(*node, key, kWanted);
  out = base::Backoff{*first, *last};
}

void Reader::list(std::string_view key, const Node* node, std::vector<std::string>& out,
                  const Check& check) {
  if (node == nullptr || node->kind == Node::Kind::null) return;
  if (node->kind == Node::Kind::map) return wrong(*node, key, "a list of texts");
  std::vector<std::string> values;
  const std::vector<Node> single =
      node->kind == Node::Kind::scalar ? std::vector<Node>{*node} : std::vector<Node>{};
  bool good = true;
  std::size_t i = 0;
  for (const auto& item : single.empty() ? node->items : single) {
    const auto each =
        single.empty() ? std::string{key} + '[' + std::to_string(i) + ']' : std::string{key};
    if (context_.marks != nullptr) context_.marks->emplace(name(each), place(item));
    ++i;
    if (item.kind == Node::Kind::broken) continue;
    if (item.kind != Node::Kind::scalar) {
      wrong(item, each, "a text");
      good = false;
    } else if (const auto complaint = check ? check(item.text) : std::string{};
               !complaint.empty()) {
      context_.diagnostics.error(place(item), "`" + name(each) + "` " + complaint);
      good = false;
    } else {
      values.push_back(item.text);
    }
  }
  if (good) out = std::move(values);
}

void Reader::texts(std::string_view key, std::vector<std::string>& out, std::string_view help,
                   const Check& check) {
  list(key, take(key, Setting::Type::texts, help, "[]"), out, check);
}

void Reader::paths(std::string_view key, std::vector<std::string>& out, std::string_view help) {
  list(key, take(key, Setting::Type::texts, help, "[]"), out,
       [](const std::string& path) { return path.empty() ? "must not be empty" : ""; });
  for (auto& path : out) path = absolute(path, context_.folder);
}

void Reader::free(std::string_view key, std::string& out, std::string_view help) {
  const auto* node = take(key, Setting::Type::free, help, {});
  if (node == nullptr || node->kind == Node::Kind::null) return;
  if (node->kind != Node::Kind::map) return wrong(*node, key, "a section (`key: value` lines)");
  const std::function<void(const Node&, const std::string&)> remember =
      [&](const Node& n, const std::string& path) {
        for (std::size_t i = 0; i < n.keys.size(); ++i) {
          const auto below = path + '.' + n.keys[i].text;
          if (context_.marks != nullptr) context_.marks->emplace(below, place(n.items[i]));
          if (n.items[i].kind == Node::Kind::map) remember(n.items[i], below);
        }
      };
  remember(*node, name(key));
  out = to_json(*node, context_.folder);
}

void Reader::pairs(std::string_view key, std::map<std::string, std::string>& out,
                   std::string_view help, const Check& check) {
  const auto* node = take(key, Setting::Type::free, help, {});
  if (node == nullptr || node->kind == Node::Kind::null) return;
  if (node->kind != Node::Kind::map) return wrong(*node, key, "a section (`name: name` lines)");
  for (std::size_t i = 0; i < node->keys.size(); ++i) {
    const auto& value = node->items[i];
    const auto each = std::string{key} + '.' + node->keys[i].text;
    if (context_.marks != nullptr) context_.marks->emplace(name(each), place(value));
    if (value.kind == Node::Kind::broken) continue;
    if (value.kind != Node::Kind::scalar) {
      wrong(value, each, "a name");
    } else if (const auto complaint = check(value.text); !complaint.empty()) {
      context_.diagnostics.error(place(value), "`" + name(each) + "` " + complaint);
    } else {
      out[node->keys[i].text] = value.text;
    }
  }
}

std::string absolute(const std::string& path, const std::string& folder) {
  const std::filesystem::path given{path};
  return (given.is_absolute() ? given : std::filesystem::path{folder} / given)
      .lexically_normal()
      .string();
}

}  // namespace herald::config
