#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/backoff.hpp"
#include "config/settings.hpp"
#include "config/tree.hpp"
#include "model/limits.hpp"

namespace herald::config {

/// What all readers of one load share.
struct Context {
  Diagnostics& diagnostics;
  const std::vector<std::string>& files;
  std::string folder;  ///< for relative paths
  std::map<std::string, Mark, std::less<>>* marks = nullptr;
  std::vector<Setting>* describe = nullptr;  ///< set: nothing is parsed, definitions are collected
};

/// Says what is wrong with a text ("must ..."), or nothing.
using Check = std::function<std::string(const std::string&)>;

struct DurationRange {
  base::Duration min{std::chrono::milliseconds{100}}, max{std::chrono::days{30}};
};

/// Reads the keys of one map. Each setting is defined by one call that names its key, its place in
/// the struct (whose value before the call is the default) and its meaning; keys without a call are
/// unknown. Mistakes go to the diagnostics and leave the default in place.
class Reader {
 public:
  Reader(Context& context, const Node* node, std::string path)
      : context_(context), node_(node), path_(std::move(path)) {}

  void flag(std::string_view key, bool& out, std::string_view help);
  void number(std::string_view key, unsigned& out, unsigned min, unsigned max,
              std::string_view help);
  void number(std::string_view key, std::optional<unsigned>& out, unsigned min, unsigned max,
              std::string_view help);
  void text(std::string_view key, std::string& out, std::string_view help, const Check& check = {},
            bool required = false);
  void path(std::string_view key, std::string& out, std::string_view help, bool required = false);
  void duration(std::string_view key, base::Duration& out, std::string_view help,
                DurationRange range = {});
  void duration(std::string_view key, std::optional<base::Duration>& out, std::string_view help,
                DurationRange range = {});
  /// A duration, or `never` (0).
  void age(std::string_view key, base::Duration& out, std::string_view help, DurationRange range);
  /// `1s..5m`
  void backoff(std::string_view key, std::optional<base::Backoff>& out, std::string_view help);
  /// `80/s`, `100/m`, `1/6s`
  void rate(std::string_view key, model::Rate& out, std::string_view help);
  /// `22:00-07:00`, or `none`
  void quiet_hours(std::string_view key, model::QuietHours& out, std::string_view help);
  void quiet_hours(std::string_view key, std::optional<model::QuietHours>& out,
                   std::string_view help);
  /// A list of texts; a single text counts as a list of one.
  void texts(std::string_view key, std::vector<std::string>& out, std::string_view help,
             const Check& check = {});
  void paths(std::string_view key, std::vector<std::string>& out, std::string_view help);
  /// Anything, as JSON text; only a map is admitted.
  void free(std::string_view key, std::string& out, std::string_view help);
  /// A map of names to names.
  void pairs(std::string_view key, std::map<std::string, std::string>& out, std::string_view help,
             const Check& check);

  template <class T>
  void choice(std::string_view key, T& out, const std::vector<std::pair<std::string, T>>& values,
              std::string_view help) {
    std::vector<std::string> names;
    std::string current;
    for (const auto& [name, value] : values) {
      names.push_back(name);
      if (value == out) current = name;
    }
    if (const auto chosen = choose(key, names, current, help)) out = values[*chosen].second;
  }
  template <class T>
  void choice(std::string_view key, std::optional<T>& out,
              const std::vector<std::pair<std::string, T>>& values, std::string_view help) {
    std::vector<std::string> names;
    for (const auto& [name, value] : values) names.push_back(name);
    if (const auto chosen = choose(key, names, {}, help)) out = values[*chosen].second;
  }

  using Body = std::function<void(Reader&)>;
  void section(std::string_view key, std::string_view help, const Body& body);
  /// A map of names to maps. An entry that is a plain text is given to `inline_value` when there is
  /// one.
  void named(std::string_view key, std::string_view help, const Check& name,
             const std::function<void(const std::string&, Reader&)>& body,
             const std::function<void(const std::string&, const Mark&)>& inline_value = {});
  /// A list of maps. An item that is a plain text is given to `shorthand` when there is one.
  void items(std::string_view key, std::string_view help, const Body& body,
             const std::function<void(const Node&, const Mark&)>& shorthand = {});

  /// The place of this map, or of one of its keys.
  Mark mark() const;
  Mark mark(std::string_view key) const;
  bool has(std::string_view key) const { return node_ != nullptr && node_->find(key) != nullptr; }
  bool describing() const { return context_.describe != nullptr; }
  const std::string& path() const { return path_; }
  /// The values of the keys that no call took so far are never shown.
  void hide_unknown();
  Context& context() { return context_; }
  void error(std::string_view key, std::string message) {
    context_.diagnostics.error(mark(key), std::move(message));
  }
  /// Complains about the keys that no call took. To be called last; section() and its like do it
  /// for their bodies.
  void finish();

 private:
  const Node* take(std::string_view key, Setting::Type type, std::string_view help,
                   std::string fallback, std::vector<std::string> values = {}, unsigned min = 0,
                   unsigned max = 0, bool required = false);
  const Node* scalar(std::string_view key, const Node* node, std::string_view wanted);
  std::optional<std::size_t> choose(std::string_view key, const std::vector<std::string>& names,
                                    const std::string& current, std::string_view help);
  std::optional<unsigned> parse_number(std::string_view key, const Node* node, unsigned min,
                                       unsigned max);
  std::optional<base::Duration> parse_duration(
      std::string_view key, const Node* node, DurationRange range,
      std::string_view wanted = "a duration such as 30s, 2m or 1h30m");
  std::optional<model::QuietHours> parse_quiet_hours(std::string_view key, std::string fallback,
                                                     std::string_view help);
  void list(std::string_view key, const Node* node, std::vector<std::string>& out,
            const Check& check);
  void wrong(const Node& node, std::string_view key, std::string_view wanted);
  std::string name(std::string_view key) const;  // dotted
  Mark place(const Node& node) const;

  Context& context_;
  const Node* node_;
  std::string path_;
  std::vector<std::string> known_;
};

/// A relative path becomes absolute; `.` and `..` are resolved by text only.
std::string absolute(const std::string& path, const std::string& folder);

/// A tree as JSON. Plain scalars become null, true, false or numbers by the rules of JSON,
/// everything else text (so `+237...` and `007` stay text). Relative paths under the keys `path`,
/// `file`, `folder` and `*_file`, `*_folder` become absolute.
std::string to_json(const Node& node, const std::string& folder);

}  // namespace herald::config
