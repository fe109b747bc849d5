#include "app/operations.hpp"

#include <unistd.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/value.hpp>

#include "app/check.hpp"

namespace herald::app {
namespace {

namespace json = boost::json;

json::array evidence_names(uint32_t bits) {
  json::array out;
  for (const auto e : {model::Evidence::accepted, model::Evidence::delivered, model::Evidence::read,
                       model::Evidence::answered})
    if ((bits & model::evidence_bit(e)) != 0) out.push_back(json::string{to_string(e)});
  return out;
}

json::array texts(const std::vector<std::string>& values) {
  json::array out;
  for (const auto& value : values) out.push_back(json::string{value});
  return out;
}

using ChannelsNow = std::unordered_map<std::string, delivery::Dispatcher::ChannelNow>;

json::array channels_json(Core& core, const ChannelsNow& now) {
  json::array out;
  auto repeats = core.watcher.repeats();
  for (const auto& c : core.plugins.channels()) {
    const auto it = now.find(c.name);
    const auto& repeated = repeats[c.name];
    json::object channel{{"name", c.name},
                         {"plugin", c.plugin},
                         {"version", c.version},
                         {"state", c.running ? "running" : "failed"},
                         {"evidence", evidence_names(c.evidence)},
                         {"addresses", texts(c.addresses)},
                         {"in_flight", it == now.end() ? 0 : it->second.in_flight},
                         {"repeats", repeated.same_channel},
                         {"copies", repeated.other_channel},
                         {"problem", c.problem}};
    if (it != now.end()) add_gates(channel, it->second.gates);
    out.push_back(std::move(channel));
  }
  return out;
}

}  // namespace

json::object diagnostics_json(const config::Diagnostics& diagnostics) {
  json::array errors, warnings;
  for (const auto& d : diagnostics.all()) {
    json::object entry{{"file", d.mark.file},
                       {"line", d.mark.line},
                       {"column", d.mark.column},
                       {"message", d.message}};
    (d.severity == config::Severity::error ? errors : warnings).push_back(std::move(entry));
  }
  return {{"valid", diagnostics.ok()},
          {"diagnostics", std::move(errors)},
          {"warnings", std::move(warnings)},
          {"text", diagnostics.render(false)}};
}

void ControlOperations::status(Reply reply) {
  auto& core = app_.core();
  core.store->counts([this, &core, reply = std::move(reply)](base::Result<store::Counts> counts) {
    if (!counts) return reply(counts.error());
    core.dispatcher.channels_now([this, &core, counts = *counts, reply](const ChannelsNow& now) {
      json::object states;
      for (unsigned i = 0; i < 9; ++i)
        states[to_string(static_cast<model::State>(i))] = counts.by_state[i];
      const auto health = core.store->health();
      json::array kinds;
      for (const auto& [name, kind] : core.plugins.catalog()->kinds)
        kinds.push_back(json::string{name});
      const auto config = app_.config();
      reply(json::object{
          {"version", version()},
          {"pid", static_cast<int64_t>(::getpid())},
          {"started", base::to_iso8601(app_.started())},
          {"ready", app_.ready()},
          {"development", config->development},
          {"store", json::object{{"url", config->store.url},
                                 {"writable", health.writable},
                                 {"commits", health.commits},
                                 {"writes", health.writes},
                                 {"queued", health.queued},
                                 {"backlog", counts.backlog}}},
          {"http", json::object{{"address", config->http.address}, {"port", app_.http_port()}}},
          {"counts", std::move(states)},
          {"kinds", std::move(kinds)},
          {"channels", channels_json(core, now)}});
    });
  });
}

void ControlOperations::channels(Reply reply) {
  auto& core = app_.core();
  core.dispatcher.channels_now([&core, reply = std::move(reply)](const ChannelsNow& now) {
    reply(json::object{{"channels", channels_json(core, now)}});
  });
}

void ControlOperations::check_config(std::string path, Reply reply) {
  if (path.empty()) path = app_.config()->files.front();
  // Reads files and maps plugins: not on the control room's strand.
  std::thread([path = std::move(path), reply = std::move(reply)] {
    config::Diagnostics diagnostics;
    auto checked = check_file(path, diagnostics);
    if (!checked && diagnostics.ok()) return reply(checked.error());
    reply(diagnostics_json(diagnostics));
  }).detach();
}

void ControlOperations::reload(Reply reply) {
  app_.reload([reply = std::move(reply)](const ReloadResult& result) {
    if (!result.problems.empty()) return reply(result.problems.front());
    auto out = diagnostics_json(result.diagnostics);
    json::array changed, restart;
    for (const auto& change : result.changes) {
      changed.push_back(json::string{change.what});
      if (change.restart) restart.push_back(json::string{change.what});
    }
    out["changed"] = std::move(changed);
    out["restart"] = std::move(restart);
    reply(std::move(out));
  });
}

void ControlOperations::explain(std::string producer, json::value request, bool private_parts,
                                Reply reply) {
  app_.core().explainer.explain(std::move(producer), request, private_parts, std::move(reply));
}

void ControlOperations::audit(std::optional<base::TimePoint> since,
                              std::function<bool(json::object)> progress, Reply reply) {
  const auto config = app_.config();
  auto server = store_server(*config);
  if (!server) return reply(server.error());
  audit_.start(config->store.url, std::move(*server), since, std::move(progress), std::move(reply));
}

}  // namespace herald::app
