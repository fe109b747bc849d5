#include "routing/match.hpp"

#include <algorithm>

#include "routing/routing.hpp"

namespace herald::routing {
namespace {

// A pattern seen as a name matches what it would match: `provider.*` covers `provider.request.*`.
bool begins(std::string_view pattern, std::string_view name) {
  return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1))
                                : pattern == name;
}

template <class T, class F>
bool all_covered(const std::vector<T>& wide, const std::vector<T>& narrow, F match) {
  if (wide.empty()) return true;
  if (narrow.empty())
    return std::any_of(wide.begin(), wide.end(), [&](const T& w) {
      if constexpr (std::is_same_v<T, std::string>)
        return w == "*";
      else
        return false;
    });
  return std::all_of(narrow.begin(), narrow.end(), [&](const T& n) {
    return std::any_of(wide.begin(), wide.end(), [&](const T& w) { return match(w, n); });
  });
}

}  // namespace

bool kind_matches(std::string_view pattern, std::string_view kind) { return begins(pattern, kind); }

bool producer_matches(std::string_view pattern, std::string_view producer) {
  return begins(pattern, producer);
}

bool matches(const config::Match& m, std::string_view kind, model::Priority priority,
             std::string_view producer) {
  return (m.kinds.empty() || std::any_of(m.kinds.begin(), m.kinds.end(),
                                         [&](const auto& p) { return kind_matches(p, kind); })) &&
         (m.priorities.empty() ||
          std::find(m.priorities.begin(), m.priorities.end(), priority) != m.priorities.end()) &&
         (m.producers.empty() ||
          std::any_of(m.producers.begin(), m.producers.end(),
                      [&](const auto& p) { return producer_matches(p, producer); }));
}

bool covers(const config::Match& wide, const config::Match& narrow) {
  constexpr auto name = [](const std::string& w, const std::string& n) { return begins(w, n); };
  return all_covered(wide.kinds, narrow.kinds, name) &&
         all_covered(wide.producers, narrow.producers, name) &&
         all_covered(wide.priorities, narrow.priorities, [](auto w, auto n) { return w == n; });
}

}  // namespace herald::routing
