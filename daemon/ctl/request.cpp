#include "ctl/request.hpp"

#include <fstream>
#include <istream>
#include <iterator>

#include "base/json.hpp"
#include "base/text.hpp"
#include "ctl/times.hpp"

namespace herald::ctl {
namespace {

namespace json = boost::json;
using base::Code;
using base::fail;

/// The socket takes messages of 1 MiB.
constexpr std::size_t kMostText = 1 << 20;

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

}  // namespace

void request_options(po::options_description_easy_init& add) {
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
}

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

}  // namespace herald::ctl
