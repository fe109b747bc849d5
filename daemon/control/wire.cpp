#include "control/wire.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"

namespace herald::control {
namespace {

namespace json = boost::json;
using base::Code;
using base::fail;

base::Result<json::object> parse_object(std::string_view frame, std::size_t max) {
  auto value = base::parse_json(frame, {.depth = 32, .bytes = max});
  if (!value) return value.error();
  if (!value->is_object()) return fail(Code::invalid, "a message must be a JSON object");
  return std::move(value->get_object());
}

/// A member that may be absent or null.
base::Result<bool> flag(const json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  if (v == nullptr || v->is_null()) return false;
  if (!v->is_bool())
    return fail(Code::invalid, std::string{name} + " must be true or false", std::string{name});
  return v->get_bool();
}

base::Result<json::object> parameters(json::object& o) {
  auto* v = o.if_contains("parameters");
  if (v == nullptr || v->is_null()) return json::object{};
  if (!v->is_object()) return fail(Code::invalid, "parameters must be an object", "parameters");
  return std::move(v->get_object());
}

std::string finish(const json::object& message) {
  auto text = json::serialize(message);
  text.push_back('\0');
  return text;
}

}  // namespace

base::Result<Call> parse_call(std::string_view frame) {
  auto object = parse_object(frame, kMaxRequest);
  if (!object) return object.error();
  Call call;
  const auto* method = object->if_contains("method");
  if (method == nullptr || !method->is_string())
    return fail(Code::invalid, "a call needs a member \"method\" with a text", "method");
  call.method = method->get_string().c_str();
  const auto oneway = flag(*object, "oneway");
  const auto more = flag(*object, "more");
  const auto upgrade = flag(*object, "upgrade");
  for (const auto* f : {&oneway, &more, &upgrade})
    if (!*f) return f->error();
  call.oneway = *oneway;
  call.more = *more;
  call.upgrade = *upgrade;
  auto in = parameters(*object);
  if (!in) return in.error();
  call.parameters = std::move(*in);
  return call;
}

base::Result<Reply> parse_reply(std::string_view frame) {
  auto object = parse_object(frame, kMaxReply);
  if (!object) return object.error();
  Reply reply;
  if (const auto* error = object->if_contains("error"); error != nullptr && !error->is_null()) {
    if (!error->is_string()) return fail(Code::invalid, "error must be a text", "error");
    reply.error = error->get_string().c_str();
  }
  const auto continues = flag(*object, "continues");
  if (!continues) return continues.error();
  reply.continues = *continues;
  auto out = parameters(*object);
  if (!out) return out.error();
  reply.parameters = std::move(*out);
  return reply;
}

std::string encode(const Call& call) {
  json::object message{{"method", call.method}, {"parameters", call.parameters}};
  if (call.oneway) message["oneway"] = true;
  if (call.more) message["more"] = true;
  if (call.upgrade) message["upgrade"] = true;
  return finish(message);
}

std::string encode(const Reply& reply) {
  json::object message;
  if (!reply.error.empty()) message["error"] = reply.error;
  message["parameters"] = reply.parameters;
  if (reply.continues) message["continues"] = true;
  return finish(message);
}

}  // namespace herald::control
