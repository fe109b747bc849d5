#include "plugin/registry.hpp"

#include <algorithm>
#include <future>

#include "plugin/catalog.hpp"
#include "plugin/host/http.hpp"
#include "plugin/registry_state.hpp"

namespace herald::plugin {

using base::Code;
using model::OutcomeKind;
using model::Reason;

InstanceSpec source_spec(const TemplateSpec& spec) {
  InstanceSpec s;
  s.name = kTemplates;
  s.plugin = spec.plugin;
  s.settings_json = spec.settings_json;
  s.sha256 = spec.sha256;
  s.timeout = spec.timeout;
  return s;
}

model::ChannelInfo info_of(const Entry& entry) {
  model::ChannelInfo info;
  info.name = entry.spec.name;
  info.plugin = entry.spec.plugin;
  info.problem = entry.problem;
  info.max_in_flight = entry.spec.max_in_flight;
  if (!entry.instance) return info;
  const auto& d = entry.instance->descriptor();
  info.version = d.version;
  info.addresses = d.addresses;
  info.formats = d.formats;
  info.evidence = d.evidence;
  info.idempotent = d.has(HERALD_PLUGIN_IDEMPOTENT);
  info.reaches_nobody = d.has(HERALD_PLUGIN_REACHES_NOBODY);
  info.disturbs = d.has(HERALD_PLUGIN_DISTURBS);
  info.inbox_only = d.has(HERALD_PLUGIN_INBOX_ONLY);
  info.reconciles = entry.instance->reconciles();
  if (d.max_in_flight != 0)
    info.max_in_flight =
        info.max_in_flight == 0 ? d.max_in_flight : std::min(info.max_in_flight, d.max_in_flight);
  info.running = entry.instance->running();
  return info;
}

base::Result<std::shared_ptr<Library>> Registry::State::library(const std::string& plugin,
                                                                const std::string& sha256) {
  auto candidate = find_plugin(plugin, options.path);
  if (!candidate) return candidate.error();
  std::erase_if(libraries, [](const auto& weak) { return weak.expired(); });
  if (sha256.empty() || sha256 == candidate->sha256)
    for (const auto& weak : libraries)
      if (auto known = weak.lock();
          known && known->path() == candidate->path && known->sha256() == candidate->sha256)
        return known;
  auto fresh = Library::open(std::move(*candidate), sha256, options.unload);
  if (fresh) libraries.push_back(*fresh);
  return fresh;
}

base::Result<std::shared_ptr<Instance>> Registry::State::make(const InstanceSpec& spec,
                                                              std::string_view interface_id) {
  auto code = library(spec.plugin, spec.sha256);
  if (!code) return code.error();
  return Instance::create(parts(), std::move(*code), spec, interface_id);
}

base::Result<std::shared_ptr<const model::Catalog>> Registry::State::ask_catalog(
    const std::shared_ptr<Instance>& instance, base::Duration timeout) {
  auto promise = std::make_shared<std::promise<Ended>>();  // shared with an answer that may outlive
                                                           // our patience
  auto answer = promise->get_future();
  if (!instance->catalog(timeout,
                         [promise](Ended ended) { promise->set_value(std::move(ended)); }) ||
      answer.wait_for(options.call_limit) != std::future_status::ready)
    return base::fail(Code::unavailable,
                      "the template plugin did not tell its catalog; look at its settings",
                      "templates");
  auto ended = answer.get();
  if (ended.outcome.kind != OutcomeKind::delivered)
    return base::fail(Code::invalid, "the template plugin has no catalog: " + ended.outcome.detail,
                      "templates");
  const auto json = ended.output.find(HERALD_OUTPUT_CATALOG);
  if (json == ended.output.end())
    return base::fail(Code::invalid, "the template plugin told no catalog", "templates");
  auto parsed = parse_catalog(json->second);
  if (!parsed) return base::fail(Code::invalid, parsed.error().message, "templates");
  return std::make_shared<const model::Catalog>(std::move(*parsed));
}

std::shared_ptr<Instance> Registry::State::running(std::string_view name) const {
  const std::shared_lock lock{mutex};
  const auto it = entries.find(name);
  return it == entries.end() ? nullptr : it->second.instance;
}

void Registry::State::retire(std::shared_ptr<Instance> instance, base::Duration grace) {
  if (!instance) return;
  instance->retire(grace);
  const std::unique_lock lock{mutex};
  retired.push_back(std::move(instance));
}

void Registry::State::sweep() {
  const std::unique_lock lock{mutex};
  std::erase_if(retired, [&](const std::shared_ptr<Instance>& instance) {
    if (!instance->stopped()) return false;
    // A broken plugin's thread may still call us: then it must find somebody who says no.
    if (!options.unload) keep_for_ever(instance->side());
    return true;
  });
}

Registry::Registry(boost::asio::io_context& io, const HostPorts& ports, Options options)
    : state_{std::make_unique<State>(io, ports, std::move(options))} {}

Registry::~Registry() {
  *state_->runtime.alive = false;
  state_->runtime.alarms.stop();
  state_->sweep();
  // A plugin that never returned still uses all this.
  if (!state_->retired.empty()) static_cast<void>(state_.release());
}

std::vector<base::Error> Registry::load(std::vector<InstanceSpec> channels,
                                        TemplateSpec templates) {
  std::vector<base::Error> problems;
  const auto add = [&](Entry& entry, std::string_view interface_id) {
    auto made = state_->make(entry.spec, interface_id);
    if (made) {
      entry.instance = std::move(*made);
      return;
    }
    entry.problem = made.error().message;
    problems.push_back(made.error());
  };
  std::map<std::string, Entry, std::less<>> entries;
  for (auto& spec : channels) {
    const auto name = spec.name;
    if (name == kTemplates || entries.contains(name)) {
      problems.push_back(base::fail(
          Code::invalid, "channel " + name + ": this name is taken; choose another", "channels"));
      continue;
    }
    auto& entry = entries[name];
    entry.spec = std::move(spec);
    add(entry, HERALD_CHANNEL);
  }
  Entry source;
  source.spec = source_spec(templates);
  add(source, HERALD_TEMPLATE);
  const std::unique_lock lock{state_->mutex};
  state_->entries = std::move(entries);
  state_->source = std::move(source);
  state_->templates = std::move(templates);
  return problems;
}

std::vector<base::Error> Registry::start() {
  std::vector<base::Error> problems;
  std::vector<std::shared_ptr<Instance>> todo;
  {
    const std::shared_lock lock{state_->mutex};
    todo.push_back(state_->source.instance);
    for (const auto& [name, entry] : state_->entries) todo.push_back(entry.instance);
  }
  for (const auto& instance : todo) {
    if (!instance) continue;
    auto ok = instance->start();
    const bool is_source = instance->spec().name == kTemplates;
    if (ok && is_source) {
      auto told = state_->ask_catalog(instance, instance->spec().timeout);
      if (told) {
        const std::unique_lock lock{state_->mutex};
        state_->catalog = std::move(*told);
      } else {
        ok = told.error();
      }
    }
    if (ok) continue;
    problems.push_back(ok.error());
    {
      const std::unique_lock lock{state_->mutex};
      auto& entry =
          is_source ? state_->source : state_->entries.find(instance->spec().name)->second;
      entry.problem = ok.error().message;
      entry.instance.reset();
    }
    state_->retire(instance, {});
  }
  return problems;
}

bool Registry::drain(base::Duration limit) {
  std::vector<std::shared_ptr<Instance>> all;
  {
    const std::unique_lock lock{state_->mutex};
    state_->stopping = true;
    for (const auto& [name, entry] : state_->entries)
      if (entry.instance) all.push_back(entry.instance);
    all.insert(all.end(), state_->retired.begin(), state_->retired.end());
  }
  for (const auto& instance : all) instance->drain(limit);
  std::unique_lock lock{state_->runtime.idle_mutex};
  return state_->runtime.idle.wait_for(lock, limit, [&] {
    return std::all_of(all.begin(), all.end(), [](const auto& i) { return i->open_ops() == 0; });
  });
}

void Registry::stop() {
  std::vector<std::shared_ptr<Instance>> all;
  {
    const std::unique_lock lock{state_->mutex};
    state_->stopping = true;
    for (auto& [name, entry] : state_->entries)
      if (entry.instance) state_->retired.push_back(std::move(entry.instance));
    if (state_->source.instance) state_->retired.push_back(std::move(state_->source.instance));
    state_->entries.clear();
    all = state_->retired;
  }
  for (const auto& instance : all) instance->retire({});
  {
    std::unique_lock lock{state_->runtime.idle_mutex};
    state_->runtime.idle.wait_for(lock, state_->options.call_limit, [&] {
      return std::all_of(all.begin(), all.end(), [](const auto& i) { return i->stopped(); });
    });
  }
  for (const auto& instance : all) {
    if (instance->stopped() && instance->wait_threads(std::chrono::seconds{1})) continue;
    state_->ports.log.warning(
        "plugin.hangs", "the plugin did not return from stop(); it is left behind",
        {{"instance", instance->spec().name}, {"plugin", instance->spec().plugin}});
  }
  all.clear();
  state_->sweep();
}

std::vector<model::ChannelInfo> Registry::channels() const {
  const std::shared_lock lock{state_->mutex};
  std::vector<model::ChannelInfo> out;
  for (const auto& [name, entry] : state_->entries) out.push_back(info_of(entry));
  return out;
}

std::optional<model::ChannelInfo> Registry::channel(std::string_view name) const {
  const std::shared_lock lock{state_->mutex};
  const auto it = state_->entries.find(name);
  if (it == state_->entries.end()) return std::nullopt;
  return info_of(it->second);
}

namespace {

/// Why a channel takes nothing, as the outcome of an attempt that certainly did not leave.
model::Outcome refusal(const std::optional<model::ChannelInfo>& info, bool stopping) {
  if (stopping) return {OutcomeKind::retry, Reason::internal, {}, {}, "the daemon is stopping"};
  if (!info)
    return {OutcomeKind::channel_down,
            Reason::channel_removed,
            {},
            {},
            "there is no such channel any more"};
  if (!info->running)
    return {OutcomeKind::channel_down,
            Reason::internal,
            {},
            {},
            info->problem.empty() ? "the channel is not running" : info->problem.substr(0, 500)};
  return {OutcomeKind::retry,
          Reason::channel_limit,
          {},
          {},
          "the channel has too many open operations"};
}

}  // namespace

void Registry::deliver(std::string_view name, model::Delivery delivery,
                       std::function<void(model::Outcome)> done) {
  auto shared = std::make_shared<model::Delivery>(
      std::move(delivery));  // shared with the call on the plugin's strand
  // Twice: between looking it up and asking it, a reload may have replaced the instance.
  for (int i = 0; i < 2; ++i) {
    const auto instance = state_->running(name);
    if (!instance) break;
    if (shared->timeout.count() <= 0) shared->timeout = instance->spec().timeout;
    if (instance->deliver(shared, done)) return;
  }
  state_->runtime.post([done = std::move(done),
                        outcome = refusal(channel(name), state_->stopping)] { done(outcome); });
}

void Registry::reconcile(std::string_view name, model::Delivery delivery, std::string provider_id,
                         std::function<void(model::Outcome)> done) {
  auto shared = std::make_shared<model::Delivery>(
      std::move(delivery));  // shared with the call on the plugin's strand
  for (int i = 0; i < 2; ++i) {
    const auto instance = state_->running(name);
    if (!instance) break;
    if (shared->timeout.count() <= 0) shared->timeout = instance->spec().timeout;
    if (instance->reconcile(shared, provider_id, done)) return;
  }
  state_->runtime.post([done = std::move(done)] {
    done({OutcomeKind::unknown,
          Reason::internal,
          {},
          {},
          "the channel cannot tell what became of it"});
  });
}

void Registry::cancel(std::string_view attempt_id) {
  std::vector<std::shared_ptr<Instance>> all;
  {
    const std::shared_lock lock{state_->mutex};
    for (const auto& [name, entry] : state_->entries)
      if (entry.instance) all.push_back(entry.instance);
    all.insert(all.end(), state_->retired.begin(), state_->retired.end());
  }
  for (const auto& instance : all)
    if (instance->cancel(attempt_id)) return;
}

void Registry::render(RenderRequest request,
                      std::function<void(base::Result<model::Rendered>)> done) {
  if (!request.content_json.empty()) {
    state_->runtime.post(
        [done = std::move(done), request = std::move(request)] { done(render_content(request)); });
    return;
  }
  for (int i = 0; i < 2; ++i) {
    std::shared_ptr<Instance> source;
    base::Duration timeout{};
    {
      const std::shared_lock lock{state_->mutex};
      source = state_->source.instance;
      timeout = state_->templates.timeout;
    }
    if (!source) break;
    if (source->render(request, timeout, [done](Ended ended) {
          const auto& outcome = ended.outcome;
          if (outcome.kind == OutcomeKind::delivered) return done(read_rendered(ended.output));
          const auto code =
              outcome.kind == OutcomeKind::rejected ? Code::unprocessable : Code::unavailable;
          done(base::fail(code,
                          outcome.detail.empty() ? "the template plugin refused" : outcome.detail,
                          "templates"));
        }))
      return;
  }
  state_->runtime.post([done = std::move(done)] {
    done(base::fail(Code::unavailable,
                    "the template plugin is not running; look at the daemon's log", "templates"));
  });
}

std::shared_ptr<const model::Catalog> Registry::catalog() const {
  const std::shared_lock lock{state_->mutex};
  return state_->catalog;
}

uint64_t Registry::misbehaviours(std::string_view name) const {
  const std::shared_lock lock{state_->mutex};
  const auto it = state_->entries.find(name);
  const auto& instance =
      it == state_->entries.end() ? state_->source.instance : it->second.instance;
  return instance ? instance->side()->misbehaviours() : 0;
}

void Registry::end_revoked() {
  std::vector<std::shared_ptr<Instance>> all;
  {
    const std::shared_lock lock{state_->mutex};
    for (const auto& [name, entry] : state_->entries)
      if (entry.instance) all.push_back(entry.instance);
    all.insert(all.end(), state_->retired.begin(), state_->retired.end());
  }
  for (const auto& instance : all) plugin::end_revoked(*instance->side());
}

std::size_t Registry::retiring() const {
  state_->sweep();
  const std::shared_lock lock{state_->mutex};
  return state_->retired.size();
}

void Registry::tick() { state_->runtime.alarms.run_due(); }

base::Result<PluginInfo> inspect(std::string_view plugin, const std::vector<std::string>& path,
                                 std::string_view sha256) {
  auto candidate = find_plugin(plugin, path);
  if (!candidate) return candidate.error();
  auto library = Library::open(std::move(*candidate), sha256, false);
  if (!library) return library.error();
  const auto* d = (*library)->offering(HERALD_CHANNEL);
  if (d == nullptr) d = (*library)->offering(HERALD_TEMPLATE);
  return PluginInfo{(*library)->path(),
                    (*library)->sha256(),
                    d->id,
                    d->name,
                    d->version,
                    d->config_schema,
                    d->interfaces,
                    d->addresses,
                    d->formats,
                    d->evidence,
                    d->has(HERALD_PLUGIN_REACHES_NOBODY)};
}

}  // namespace herald::plugin
