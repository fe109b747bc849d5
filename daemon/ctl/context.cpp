#include "ctl/context.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <ostream>

#include "base/text.hpp"

namespace herald::ctl {
namespace {

namespace json = boost::json;

/// Longer than the daemon's own limits on storing: what is not answered by then will not be.
constexpr std::chrono::seconds kAnswerTime{60};

Exit exit_of(std::string_view error) {
  if (error == "io.herald.NotFound") return Exit::not_found;
  if (error == "io.herald.Denied" || error == "org.varlink.service.PermissionDenied")
    return Exit::denied;
  if (error == "io.herald.InvalidRequest" || error == "io.herald.ConfigurationInvalid" ||
      error == "org.varlink.service.InvalidParameter")
    return Exit::usage;
  return Exit::failed;
}

std::string diagnostics_text(const json::object& parameters) {
  if (auto all = text(parameters, "text"); !all.empty())
    return "the configuration has errors:\n" + all;
  std::string out = "the configuration has errors:";
  const auto* list = parameters.if_contains("diagnostics");
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& item : list->get_array()) {
    if (!item.is_object()) continue;
    const auto& d = item.get_object();
    out += "\n";
    for (const auto* part : {"file", "line", "column"})
      if (const auto value = text(d, part); !value.empty()) out += value + ":";
    out += " " + text(d, "message");
  }
  return out;
}

std::string message_of(const control::Reply& reply) {
  if (reply.error == "io.herald.ConfigurationInvalid") return diagnostics_text(reply.parameters);
  if (reply.error == "org.varlink.service.InvalidParameter")
    return "the daemon refused the parameter " + text(reply.parameters, "parameter");
  if (reply.error.starts_with("org.varlink.service.Method") ||
      reply.error == "org.varlink.service.InterfaceNotFound")
    return "this daemon does not offer that; are heraldctl and heraldd of the same version? (" +
           reply.error + ")";
  auto message = text(reply.parameters, "message");
  if (message.empty()) message = reply.error;
  if (const auto field = text(reply.parameters, "field"); !field.empty())
    message = field + ": " + message;
  return message;
}

/// Escapes control characters of every line on its own.
std::string safe(const std::string& text) {
  std::string out;
  for (const auto line : base::split(text, '\n')) {
    if (!out.empty()) out += '\n';
    out += base::escape_control(line);
  }
  return out;
}

}  // namespace

std::string text(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return {};
  if (value->is_string()) return std::string{value->get_string()};
  return json::serialize(*value);
}

control::Client* Context::connection() {
  if (client_) return &*client_;
  auto made = control::Client::connect(socket);
  if (!made) {
    exit = report(made.error());
    return nullptr;
  }
  client_.emplace(std::move(*made));
  client_->set_timeout(kAnswerTime);
  return &*client_;
}

std::optional<json::object> Context::ask(const std::string& method, json::object parameters) {
  auto* client = connection();
  if (client == nullptr) return std::nullopt;
  auto reply = client->call("io.herald." + method, std::move(parameters));
  if (!reply) {
    exit = report(reply.error());
    return std::nullopt;
  }
  if (!reply->error.empty()) {
    exit = report(*reply);
    return std::nullopt;
  }
  return std::move(reply->parameters);
}

Exit Context::problem(Exit code, const std::string& name, const std::string& message,
                      const json::object& details) {
  io.err << "heraldctl: " << safe(message) << "\n";
  if (json) {
    json::object error{{"name", name}, {"message", message}};
    for (const auto& member : details)
      if (!error.contains(member.key()) && member.key() != "text")
        error[member.key()] = member.value();
    document({{"error", std::move(error)}});
  }
  return code;
}

Exit Context::refuse(const std::string& message) {
  return problem(Exit::usage, "usage", message, {});
}

Exit Context::report(const base::Error& error) {
  const auto code = error.code == base::Code::unavailable ? Exit::unreachable
                    : error.code == base::Code::denied    ? Exit::denied
                    : error.code == base::Code::invalid   ? Exit::usage
                                                          : Exit::failed;
  return problem(code, std::string{to_string(error.code)}, error.message, {});
}

Exit Context::report(const control::Reply& error) {
  return problem(exit_of(error.error), error.error, message_of(error), error.parameters);
}

Exit Context::document(const json::object& document) {
  io.out << json::serialize(document) << "\n";
  return Exit::ok;
}

}  // namespace herald::ctl
