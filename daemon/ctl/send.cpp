#include <ostream>

#include "base/text.hpp"
#include "ctl/members.hpp"
#include "ctl/render.hpp"
#include "ctl/request.hpp"

namespace herald::ctl {
namespace {

namespace json = boost::json;

void send_options(po::options_description_easy_init& add) {
  request_options(add);
  add("wait", po::bool_switch(), "wait until it got as far as --until, and show it");
  add("until", po::value<std::string>()->default_value("ended"),
      "accepted, delivered, read, answered, or ended");
  add("timeout", po::value<std::string>()->default_value("10m"), "how long to wait");
}

int level(std::string_view evidence) {
  constexpr std::string_view kLevels[] = {"none", "accepted", "delivered", "read", "answered"};
  for (int i = 0; i < 5; ++i)
    if (kLevels[i] == evidence) return i;
  return -1;
}
bool ended(std::string_view state) {
  return state == "delivered" || state == "unconfirmed" || state == "undelivered" ||
         state == "expired" || state == "cancelled";
}

/// Asks until it got as far as wanted. Polling survives a restart of the daemon's event stream, and
/// costs one read a second.
Exit wait(Context& context, const std::string& id, const std::string& until,
          base::Duration timeout) {
  const auto give_up = context.io.clock.mono() + timeout;
  auto pause = base::Duration{std::chrono::milliseconds{50}};
  for (;;) {
    const auto answer = context.ask("Show", {{"id", id}});
    if (!answer) return context.exit;
    const auto notification = member(*answer, "notification");
    const auto state = text(notification, "state");
    const bool reached = until == "ended" ? state == "delivered" || state == "unconfirmed"
                                          : level(text(notification, "evidence")) >= level(until);
    const bool late = context.io.clock.mono() >= give_up;
    if (reached || ended(state) || late) {
      if (context.json)
        context.document(notification);
      else
        render_notification(notification, {context.io.colour, context.io.clock.now()},
                            context.io.out);
      if (!reached && late && !ended(state))
        context.io.err << "heraldctl: not " << until << " in time\n";
      return reached ? Exit::ok : Exit::failed;
    }
    context.io.sleep(pause);
    pause = std::min<base::Duration>(pause * 2, std::chrono::seconds{1});
  }
}

Exit send(Context& context, const po::variables_map& options) {
  auto request = request_of(context, options);
  if (!request) return context.refuse(request.error().message);
  const auto until = value(options, "until");
  const auto timeout = base::parse_duration(value(options, "timeout"));
  if (until != "ended" && level(until) < 1)
    return context.refuse("--until wants accepted, delivered, read, answered or ended");
  if (!timeout) return context.refuse("--timeout wants a duration such as 30s or 10m");
  const auto answer = context.ask("Send", std::move(*request));
  if (!answer) return context.exit;
  const auto id = text(*answer, "id");
  if (options["wait"].as<bool>()) return wait(context, id, until, *timeout);
  if (context.json) return context.document(*answer);
  context.io.out << base::escape_control(id) << "\n";
  if (text(*answer, "repeated") == "true")
    context.io.err << "heraldctl: this key was used before; that is the first notification's id\n";
  return Exit::ok;
}

}  // namespace

std::span<const Command> send_commands() {
  static const Command kCommands[] = {
      {"send",
       "KIND --to WHO [options]",
       "hand in a notification; prints its id once it is stored",
       "send service_request.status --to 237691924173 --param request_id=12 --param "
       "status=en_cours\n"
       "send provider.request --to user:42 --params @request.json --wait --until read --timeout "
       "5m\n"
       "send --to phone:+237691924173 --content-markdown '**Bonjour**' --title Essai --key demo-1\n"
       "send message --to 42 --content-markdown @- --not-before +10m --expires +1h < text.md",
       send_options,
       {"kind"},
       send}};
  return kCommands;
}

}  // namespace herald::ctl
