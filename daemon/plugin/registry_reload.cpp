#include <set>

#include "plugin/registry_state.hpp"

namespace herald::plugin {

namespace {

/// What happens to one instance.
struct Change {
  InstanceSpec spec;
  std::shared_ptr<Instance> old, fresh;
  bool configured =
      false;  ///< `old` has the new settings already: taken back when something else fails
  std::string old_settings;
};

/// The same instance can go on: only what it can be told by configure(), and what is not its
/// business, differs.
bool can_stay(const Entry& entry, const InstanceSpec& next, const Library& library) {
  if (!entry.instance || !entry.instance->running() || &entry.instance->library() != &library)
    return false;
  auto now = entry.spec;
  now.settings_json = next.settings_json;
  now.timeout = next.timeout;
  now.max_in_flight = next.max_in_flight;
  now.sha256 = next.sha256;
  now.plugin = next.plugin;  // another spelling of the same file
  return now == next;
}

}  // namespace

std::vector<base::Error> Registry::reload(std::vector<InstanceSpec> channels,
                                          TemplateSpec templates) {
  auto& state = *state_;
  std::vector<base::Error> problems;
  std::vector<Change> changes;
  std::map<std::string, Entry, std::less<>> entries;
  Entry source;
  {
    const std::shared_lock lock{state.mutex};
    entries = state.entries;
    source = state.source;
  }
  const auto begin_fresh = [&](Change& change, std::string_view interface_id) {
    auto made = state.make(change.spec, interface_id);
    if (!made) return problems.push_back(made.error());
    change.fresh = std::move(*made);
    if (auto ok = change.fresh->start(); !ok) problems.push_back(ok.error());
  };
  const auto apply = [&](Change& change, const Entry* entry, std::string_view interface_id) {
    auto code = state.library(change.spec.plugin, change.spec.sha256);
    if (!code) return problems.push_back(code.error());
    if (entry != nullptr) change.old = entry->instance;
    if (entry == nullptr || !can_stay(*entry, change.spec, **code))
      return begin_fresh(change, interface_id);
    if (entry->spec.settings_json == change.spec.settings_json) return;
    change.old_settings = entry->spec.settings_json;
    const auto configured = change.old->configure(change.spec.settings_json);
    if (!configured) return problems.push_back(configured.error());
    if (*configured)
      change.configured = true;
    else
      begin_fresh(change, interface_id);
  };

  std::set<std::string> names;
  changes.reserve(channels.size());
  for (auto& spec : channels) {
    if (spec.name == kTemplates || !names.insert(spec.name).second) {
      problems.push_back(base::fail(base::Code::invalid,
                                    "channel " + spec.name + ": this name is taken; choose another",
                                    "channels"));
      continue;
    }
    const auto it = entries.find(spec.name);
    changes.push_back({std::move(spec), nullptr, nullptr, false, {}});
    apply(changes.back(), it == entries.end() ? nullptr : &it->second, HERALD_CHANNEL);
  }
  Change template_change{source_spec(templates), nullptr, nullptr, false, {}};
  apply(template_change, &source, HERALD_TEMPLATE);
  std::shared_ptr<const model::Catalog> fresh_catalog;
  if (problems.empty()) {
    // Its files may have changed although its settings have not.
    const auto& instance = template_change.fresh ? template_change.fresh : template_change.old;
    if (auto asked = state.ask_catalog(instance, templates.timeout))
      fresh_catalog = std::move(*asked);
    else
      problems.push_back(asked.error());
  }

  changes.push_back(std::move(template_change));
  if (!problems.empty()) {
    for (auto& change : changes) {
      if (change.configured) static_cast<void>(change.old->configure(change.old_settings));
      state.retire(std::move(change.fresh), {});
    }
    state.sweep();
    return problems;
  }

  // Nothing below can fail.
  std::map<std::string, Entry, std::less<>> next;
  std::vector<std::shared_ptr<Instance>> replaced;
  for (auto& change : changes) {
    const bool is_source = change.spec.name == kTemplates;
    const auto name = change.spec.name;
    Entry entry{std::move(change.spec), change.fresh ? change.fresh : change.old, {}};
    if (is_source)
      source = std::move(entry);
    else
      next.emplace(name, std::move(entry));
    if (change.fresh && change.old) replaced.push_back(change.old);
  }
  for (auto& [name, entry] : entries)
    if (!next.contains(name) && entry.instance) replaced.push_back(entry.instance);
  {
    const std::unique_lock lock{state.mutex};
    state.entries = std::move(next);
    state.source = std::move(source);
    state.templates = std::move(templates);
    state.catalog = std::move(fresh_catalog);
  }
  for (const auto& change : changes)
    if (change.fresh && change.old)
      state.routes->take_over(*change.old->side(), change.fresh->side());
  for (auto& instance : replaced) state.retire(std::move(instance), state.options.drain);
  state.sweep();
  return {};
}

}  // namespace herald::plugin
