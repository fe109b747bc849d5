#include <ostream>

#include "base/text.hpp"
#include "ctl/command.hpp"
#include "ctl/members.hpp"
#include "ctl/render.hpp"

namespace herald::ctl {
namespace {

namespace json = boost::json;

void monitor_options(po::options_description_easy_init& add) {
  add("after", po::value<std::string>(),
      "a cursor of an earlier event: what came since then first, without gap or repeat");
  add("id", po::value<std::string>(), "only this notification");
  add("kind", po::value<std::string>(), "only this kind, or a beginning such as provider.*");
  add("state", po::value<std::string>(), "only what comes into, or stays in, this state");
  add("producer", po::value<std::string>(), "only this producer, or a beginning such as token:*");
  add("count", po::value<uint64_t>(), "end after so many events");
  add("private", po::bool_switch(), "also parameters and content (administrators; with --json)");
}

/// Prints one answer of the stream; true when it holds an event.
bool print(Context& context, const json::object& answer, const std::string& cursor) {
  if (text(answer, "gap") == "true") {
    context.io.err << "heraldctl: what happened up to the cursor " << base::escape_control(cursor)
                   << " is no longer in the journal (limits.journal)\n";
    if (context.json) context.document({{"gap", true}, {"cursor", cursor}});
  }
  auto event = member(answer, "event");
  if (event.empty()) return false;
  if (context.json) {
    event["cursor"] = cursor;
    context.document(event);
  } else {
    render_event(event, {context.io.colour, context.io.clock.now()}, context.io.out);
  }
  context.io.out.flush();
  return true;
}

Exit monitor(Context& context, const po::variables_map& options) {
  auto* client = context.connection();
  if (client == nullptr) return context.exit;
  client->set_timeout(std::chrono::milliseconds{0});
  json::object parameters;
  for (const auto* name : {"after", "id", "kind", "state", "producer"})
    if (given(options, name)) parameters[name] = value(options, name);
  if (options["private"].as<bool>()) parameters["private"] = true;
  const auto most = given(options, "count") ? options["count"].as<uint64_t>() : UINT64_MAX;
  uint64_t seen = 0;
  std::string cursor;
  const auto each = [&](const control::Reply& reply) {
    if (auto next = text(reply.parameters, "cursor"); !next.empty()) cursor = std::move(next);
    if (print(context, reply.parameters, cursor)) ++seen;
    return seen < most && context.io.out.good();
  };
  const auto last = client->stream("io.herald.Monitor", std::move(parameters), each);
  const bool stopped = last && last->error.empty() && !last->continues;
  if (stopped) context.io.err << "heraldctl: the daemon stopped\n";
  if ((stopped || !last) && !cursor.empty())
    context.io.err << "heraldctl: go on with: heraldctl monitor --after "
                   << base::escape_control(cursor) << "\n";
  if (!last) return context.report(last.error());
  return last->error.empty() ? Exit::ok : context.report(*last);
}

}  // namespace

std::span<const Command> monitor_commands() {
  static const Command kCommands[] = {
      {"monitor",
       "[options]",
       "show what happens to notifications, as it happens or since a cursor",
       "monitor\nmonitor --kind provider.request --json\nmonitor --after 4711 --count 10",
       monitor_options,
       {},
       monitor}};
  return kCommands;
}

}  // namespace herald::ctl
