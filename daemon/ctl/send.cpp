#include <fstream>
#include <istream>
#include <iterator>
#include <ostream>

#include "base/json.hpp"
#include "base/text.hpp"
#include "ctl/command.hpp"
#include "ctl/members.hpp"
#include "ctl/render.hpp"
#include "ctl/times.hpp"

namespace herald::ctl {
namespace {

namespace json = boost::json;
using base::Code;
using base::fail;

/// The socket takes messages of 1 MiB.
constexpr std::size_t kMostText = 1 << 20;

void send_options(po::options_description_easy_init& add) {
  add("kind", po::value<std::string>(), "what it is about (with --content-markdown: message)");
  add("to", po::value<std::string>(),
      "who gets it: an id or a phone in any spelling, or KIND:VALUE (user:42, phone:+237..., "
      "email:...)");
  add("param,p", po::value<std::vector<std::string>>()->composing(),
      "NAME=TEXT, or NAME:=JSON for numbers and objects; a.b=x sets b inside a; repeatable");
  add("params", po::value<std::string>(),
      "all parameters as a JSON object; @FILE reads a file, @- standard input");
  add("content-markdown", po::value<std::string>(),
      "the text itself instead of parameters; @FILE, @- as above");
  add("title", po::value<std::string>(), "title of the text");
  add("type", po::value<std::string>(), "type of the text: info, confirmation, ...");
  add("key", po::value<std::string>(),
      "idempotency key: the same key and request twice is one notification");
  add("priority", po::value<std::string>(), "low, normal, high or urgent");
  add("not-before", po::value<std::string>(), "not before this time: 2030-01-31T10:00, or +10m");
  add("expires", po::value<std::string>(), "give up at this time: as above");
  add("wait", po::bool_switch(), "wait until it got as far as --until, and show it");
  add("until", po::value<std::string>()->default_value("ended"),
      "accepted, delivered, read, answered, or ended");
  add("timeout", po::value<std::string>()->default_value("10m"), "how long to wait");
}

/// TEXT, or what @FILE or @- holds.
base::Result<std::string> text_or_file(const std::string& given, Context& context) {
  if (!given.starts_with('@')) return given;
  const auto slurp = [](std::istream& in) {
    std::string all;
    for (std::istreambuf_iterator<char> at{in}, end; at != end && all.size() <= kMostText; ++at)
      all += *at;
    return all;
  };
  std::string all;
  if (given == "@-") {
    all = slurp(context.io.in);
  } else {
    std::ifstream file{given.substr(1), std::ios::binary};
    if (!file) return fail(Code::invalid, "cannot read " + given.substr(1));
    all = slurp(file);
  }
  if (all.size() > kMostText) return fail(Code::too_large, given + " is over 1 MiB");
  return all;
}

/// Sets NAME=TEXT or NAME:=JSON.
base::Result<void> set_param(json::object& params, const std::string& typed) {
  const auto equals = typed.find('=');
  if (equals == std::string::npos || equals == 0)
    return fail(Code::invalid, "--param wants NAME=TEXT or NAME:=JSON");
  const bool is_json = typed[equals - 1] == ':';
  const auto name = typed.substr(0, equals - (is_json ? 1 : 0));
  json::value value(typed.substr(equals + 1));
  if (is_json) {
    auto parsed = base::parse_json(typed.substr(equals + 1));
    if (!parsed) return fail(Code::invalid, "--param " + name + ": " + parsed.error().message);
    value = std::move(*parsed);
  }
  auto* at = &params;
  const auto parts = base::split(name, '.');
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    auto& inner = (*at)[parts[i]];
    if (!inner.is_object()) inner = json::object{};
    at = &inner.get_object();
  }
  (*at)[parts.back()] = std::move(value);
  return {};
}

base::Result<json::object> parameters(Context& context, const po::variables_map& options) {
  json::object params;
  if (given(options, "params")) {
    const auto all = text_or_file(value(options, "params"), context);
    if (!all) return all.error();
    auto parsed = base::parse_json(*all, {.depth = 24, .bytes = kMostText});
    if (!parsed) return fail(Code::invalid, "--params: " + parsed.error().message);
    if (!parsed->is_object()) return fail(Code::invalid, "--params must be a JSON object");
    params = std::move(parsed->get_object());
  }
  for (const auto& typed : values(options, "param"))
    if (const auto set = set_param(params, typed); !set) return set.error();
  return params;
}

base::Result<void> set_time(json::object& request, const char* member,
                            const po::variables_map& options, const char* option,
                            base::TimePoint now) {
  if (!given(options, option)) return {};
  const auto at = parse_time(value(options, option), now);
  if (!at)
    return fail(Code::invalid,
                "--" + std::string{option} + " wants a time such as 2030-01-31T10:00 or +10m");
  request[member] = base::to_iso8601(*at);
  return {};
}

/// What the options ask for, as the daemon takes it.
base::Result<json::object> request_of(Context& context, const po::variables_map& options) {
  json::object request;
  const bool content = given(options, "content-markdown");
  if (given(options, "kind"))
    request["kind"] = value(options, "kind");
  else if (content)
    request["kind"] = "message";
  else
    return fail(Code::invalid, "send needs a KIND, or a text with --content-markdown");
  const auto to = value(options, "to");
  if (to.empty()) return fail(Code::invalid, "send needs --to: an id, a phone, or KIND:VALUE");
  if (const auto colon = to.find(':'); colon != std::string::npos)
    request["to"] = json::object{{to.substr(0, colon), to.substr(colon + 1)}};
  else
    request["recipient"] = to;

  if (content) {
    if (given(options, "param") || given(options, "params"))
      return fail(Code::invalid, "give parameters or a text, not both");
    const auto markdown = text_or_file(value(options, "content-markdown"), context);
    if (!markdown) return markdown.error();
    json::object body{{"markdown", *markdown}};
    for (const auto* name : {"title", "type"})
      if (given(options, name)) body[name] = value(options, name);
    request["content"] = std::move(body);
  } else {
    auto params = parameters(context, options);
    if (!params) return params.error();
    request["params"] = std::move(*params);
  }
  if (given(options, "key")) request["idempotency_key"] = value(options, "key");
  if (given(options, "priority")) request["priority"] = value(options, "priority");
  const auto now = context.io.clock.now();
  if (const auto set = set_time(request, "not_before", options, "not-before", now); !set)
    return set.error();
  if (const auto set = set_time(request, "expires_at", options, "expires", now); !set)
    return set.error();
  return request;
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
