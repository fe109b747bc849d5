#include <ostream>

#include "ctl/command.hpp"
#include "ctl/members.hpp"
#include "ctl/times.hpp"

namespace herald::ctl {
namespace {

namespace json = boost::json;

void audit_options(po::options_description_easy_init& add) {
  add("since", po::value<std::string>(),
      "only notifications accepted since: 2030-01-31T10:00, or 2h for the last two hours");
}

Exit audit(Context& context, const po::variables_map& options) {
  json::object parameters;
  if (given(options, "since")) {
    const auto at = parse_past(value(options, "since"), context.io.clock.now());
    if (!at)
      return context.refuse(
          "--since wants a time such as 2030-01-31T10:00, or a duration such as 2h");
    parameters["since"] = base::to_iso8601(*at);
  }
  auto* client = context.connection();
  if (client == nullptr) return context.exit;
  // It takes as long as there are rows; the daemon tells how far it is.
  client->set_timeout(std::chrono::milliseconds{0});
  const bool shown = context.io.colour && !context.json;
  const auto last =
      client->stream("io.herald.Audit", std::move(parameters), [&](const control::Reply& reply) {
        if (shown)
          context.io.err << "\r" << text(reply.parameters, "checked") << " of "
                         << text(reply.parameters, "total") << std::flush;
        return true;
      });
  if (shown) context.io.err << "\r\x1b[K";
  if (!last) return context.report(last.error());
  if (!last->error.empty()) return context.report(*last);
  const auto report = member(last->parameters, "report");
  if (context.json)
    context.document(report);
  else
    context.io.out << text(last->parameters, "text");
  return text(report, "clean") == "true" ? Exit::ok : Exit::failed;
}

}  // namespace

std::span<const Command> audit_commands() {
  static const Command kCommands[] = {
      {"audit",
       "[options]",
       "recompute from the tables what became of every notification; name rows that break a rule",
       "audit\naudit --since 24h\naudit --json",
       audit_options,
       {},
       audit}};
  return kCommands;
}

}  // namespace herald::ctl
