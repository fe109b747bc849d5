#include <algorithm>

#include "base/text.hpp"
#include "routing/match.hpp"
#include "routing/routing.hpp"

namespace herald::routing {
namespace {

using config::Config;
using config::Diagnostics;
using model::Evidence;

std::string hint(std::string_view word, const std::vector<std::string_view>& names) {
  const auto guess = base::did_you_mean(word, names);
  return guess ? "; did you mean `" + std::string{*guess} + "`?" : std::string{};
}

std::string reportable(const model::ChannelInfo& info) {
  std::string list = "accepted";
  for (const auto e : {Evidence::delivered, Evidence::read, Evidence::answered})
    if ((info.evidence & model::evidence_bit(e)) != 0)
      list += ", " + std::string{model::to_string(e)};
  return list;
}

/// False, and a mistake, when no channel has the step's name.
bool check_name(const Config& c, const config::Step& step, const std::string& path,
                Diagnostics& diagnostics) {
  if (step.channel.empty()) return false;  // said when it was read
  if (c.channel(step.channel) != nullptr) return true;
  std::vector<std::string_view> names;
  for (const auto& channel : c.channels) names.push_back(channel.name);
  diagnostics.error(
      c.mark(path + ".channel"),
      "there is no channel `" + step.channel + "` under `channels`" + hint(step.channel, names));
  return false;
}

void check_step(const Config& c, const config::Step& step, const std::string& path,
                const std::vector<model::ChannelInfo>& channels, Diagnostics& diagnostics) {
  if (!check_name(c, step, path, diagnostics)) return;
  if (step.within && step.until == Evidence::accepted) {
    diagnostics.error(
        c.mark(path + ".within"),
        "`within` waits for evidence, and `until: accepted` waits for none; remove one of them");
    return;
  }
  const auto info = std::find_if(channels.begin(), channels.end(),
                                 [&](const auto& i) { return i.name == step.channel; });
  if (info == channels.end()) return;
  const auto can = [&](Evidence e) { return (info->evidence & model::evidence_bit(e)) != 0; };
  if (step.until && *step.until != Evidence::accepted &&
      (!can(*step.until) || info->reaches_nobody)) {
    const auto wanted = std::string{model::to_string(*step.until)};
    diagnostics.error(c.mark(path + ".until"),
                      info->reaches_nobody
                          ? "channel `" + step.channel + "` reaches nobody, so nothing is ever `" +
                                wanted + "` there; remove `until`"
                          : "channel `" + step.channel + "` cannot report `" + wanted +
                                "`, only: " + reportable(*info));
  } else if (step.within && !step.until && (!can(Evidence::delivered) || info->reaches_nobody)) {
    diagnostics.error(
        c.mark(path + ".within"),
        "channel `" + step.channel +
            "` cannot report `delivered`, so there is nothing to wait for; remove `within`");
  }
}

// The kinds of the catalog that can come to this route: no earlier route takes all of them.
std::vector<const model::KindSpec*> kinds_of(const Config& c, std::size_t index,
                                             const model::Catalog& catalog) {
  std::vector<const model::KindSpec*> kinds;
  for (const auto& [name, spec] : catalog.kinds) {
    auto match = c.routes[index].match;
    if (!match.kinds.empty() && std::none_of(match.kinds.begin(), match.kinds.end(),
                                             [&](const auto& p) { return kind_matches(p, name); }))
      continue;
    match.kinds = {name};
    const auto before = c.routes.begin() + static_cast<std::ptrdiff_t>(index);
    if (std::none_of(c.routes.begin(), before,
                     [&](const auto& r) { return covers(r.match, match); }))
      kinds.push_back(&spec);
  }
  return kinds;
}

void check_answers(const Config& c, std::size_t index, const std::string& path,
                   const model::Catalog& catalog, Diagnostics& diagnostics) {
  const auto& chain = c.routes[index].chain;
  for (std::size_t k = 0; k < chain.size(); ++k) {
    if (chain[k].until != Evidence::answered) continue;
    for (const auto* kind : kinds_of(c, index, catalog)) {
      if (!kind->actions.empty()) continue;
      diagnostics.error(c.mark(path + ".chain[" + std::to_string(k) + "].until"),
                        "kind `" + kind->kind +
                            "` comes by this route and offers no actions, so nobody can answer it; "
                            "narrow `match`, or wait until: read");
      break;
    }
  }
}

void check_kinds(const Config& c, std::size_t index, const std::string& path,
                 const model::Catalog& catalog, Diagnostics& diagnostics) {
  if (catalog.kinds.empty()) return;
  std::vector<std::string_view> names;
  for (const auto& [name, spec] : catalog.kinds) names.push_back(name);
  const auto& patterns = c.routes[index].match.kinds;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (std::any_of(names.begin(), names.end(),
                    [&](auto name) { return kind_matches(patterns[i], name); }))
      continue;
    auto mark = c.marks.find(path + ".match.kind[" + std::to_string(i) + "]");
    diagnostics.warning(
        mark == c.marks.end() ? c.mark(path + ".match.kind") : mark->second,
        "no template knows a kind like `" + patterns[i] + "`" + hint(patterns[i], names));
  }
}

std::string step_path(std::size_t route, std::size_t step) {
  return "routes[" + std::to_string(route) + "].chain[" + std::to_string(step) + "]";
}

}  // namespace

void check_names(const Config& c, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < c.routes.size(); ++i)
    for (std::size_t k = 0; k < c.routes[i].chain.size(); ++k)
      check_name(c, c.routes[i].chain[k], step_path(i, k), diagnostics);
}

void check(const Config& c, const std::vector<model::ChannelInfo>& channels,
           const model::Catalog& catalog, Diagnostics& diagnostics) {
  bool has_default = false;
  for (std::size_t i = 0; i < c.routes.size(); ++i) {
    const auto& route = c.routes[i];
    const auto path = "routes[" + std::to_string(i) + "]";
    const auto above =
        std::find_if(c.routes.begin(), c.routes.begin() + static_cast<std::ptrdiff_t>(i),
                     [&](const auto& r) { return covers(r.match, route.match); });
    if (above != c.routes.begin() + static_cast<std::ptrdiff_t>(i))
      diagnostics.warning(
          route.mark, "route `" + route.name + "` is never taken: route `" + above->name + "` at " +
                          config::to_string(above->mark) +
                          " stands before it and takes the same; put this one first");
    if (route.chain.empty())
      diagnostics.error(
          c.mark(path + ".chain"),
          "route `" + route.name + "` has no channel to send on; name at least one in `chain`");
    for (std::size_t k = 0; k < route.chain.size(); ++k)
      check_step(c, route.chain[k], step_path(i, k), channels, diagnostics);
    check_answers(c, i, path, catalog, diagnostics);
    check_kinds(c, i, path, catalog, diagnostics);
    has_default = has_default || covers(route.match, {});
  }
  if (!has_default)
    diagnostics.error(c.mark("routes"),
                      "no route takes what the others leave; add one without `match` at the end, "
                      "such as - {name: default, chain: [webchat, log]}");
}

}  // namespace herald::routing
