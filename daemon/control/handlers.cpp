#include "control/handlers.hpp"

#include <atomic>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <memory>
#include <utility>

namespace herald::control {
namespace {

namespace json = boost::json;
using base::Code;
using base::fail;

Reply error(std::string name, json::object parameters) {
  return Reply{.error = std::move(name), .parameters = std::move(parameters)};
}
Reply invalid_parameter(std::string path) {
  return error("org.varlink.service.InvalidParameter", {{"parameter", std::move(path)}});
}

/// Owes one answer: a reply that a broken operation drops becomes a failure, a second one is
/// ignored.
class Debt {
 public:
  Debt(Handlers::Answer answer, std::string subject, std::string method)
      : answer_(std::move(answer)), subject_(std::move(subject)), method_(std::move(method)) {}
  Debt(const Debt&) = delete;
  Debt& operator=(const Debt&) = delete;
  ~Debt() { pay(fail(Code::internal, "the daemon gave no answer; see its log")); }

  void pay(base::Result<json::object> result, std::string_view wrap = {}) {
    if (paid_.exchange(true)) return;
    if (!result) return answer_(reply_of(result.error(), subject_, method_));
    auto& out = *result;
    if (const auto* valid = out.if_contains("valid"); valid != nullptr && valid->is_bool()) {
      if (!valid->get_bool()) {
        for (const auto* name : {"valid", "warnings", "changed"}) out.stable_erase(name);
        if (!out.contains("diagnostics")) out["diagnostics"] = json::array{};
        return answer_(error("io.herald.ConfigurationInvalid", std::move(out)));
      }
      for (const auto* name : {"valid", "diagnostics", "text"}) out.stable_erase(name);
    }
    if (!wrap.empty()) return answer_(Reply{.error = {}, .parameters = {{wrap, std::move(out)}}});
    answer_(Reply{.error = {}, .parameters = std::move(out)});
  }

 private:
  Handlers::Answer answer_;
  std::string subject_, method_;
  std::atomic<bool> paid_{false};
};

std::string text(const json::object& in, std::string_view name) {
  const auto* v = in.if_contains(name);
  return v != nullptr && v->is_string() ? std::string{v->get_string()} : std::string{};
}
bool flag(const json::object& in, std::string_view name) {
  const auto* v = in.if_contains(name);
  return v != nullptr && v->is_bool() && v->get_bool();
}

/// Nulls stand for "not given" in Varlink; the operations behind shall not meet them.
json::object without_nulls(const json::object& in) {
  json::object out;
  for (const auto& member : in)
    if (!member.value().is_null()) out[member.key()] = member.value();
  return out;
}

/// What a call is about: shown in NotFound.
std::string subject_of(const json::object& in) {
  for (const auto* name : {"id", "user", "name", "path", "channel"})
    if (auto found = text(in, name); !found.empty()) return found;
  return {};
}

idl::Interface parsed(std::string_view description) {
  auto result = idl::Interface::parse(description);
  if (!result)
    throw std::logic_error("interface description, " + result.error().where + ": " +
                           result.error().message);
  return std::move(*result);
}

std::pair<std::string, std::string> split_method(const std::string& full) {
  const auto dot = full.rfind('.');
  if (dot == std::string::npos) return {std::string{}, full};
  return {full.substr(0, dot), full.substr(dot + 1)};
}

/// Lifetime in seconds of a user token: at most a year.
constexpr int64_t kMaxLifetime = 366LL * 24 * 3600;

}  // namespace

Reply reply_of(const base::Error& e, const std::string& subject, const std::string& method) {
  switch (e.code) {
    case Code::not_found:
      return error("io.herald.NotFound",
                   {{"id", e.where.empty() ? subject : e.where}, {"message", e.message}});
    case Code::invalid:
    case Code::unprocessable:
    case Code::too_large:
      return error("io.herald.InvalidRequest", {{"field", e.where}, {"message", e.message}});
    case Code::denied:
    case Code::unauthenticated:
      return error("io.herald.Denied", {{"message", e.message}});
    case Code::in_flight:
    case Code::conflict:
      return error("io.herald.Conflict", {{"message", e.message}});
    case Code::limited:
    case Code::unavailable:
      return error("io.herald.Busy", {{"message", e.message}});
    case Code::unsupported:
      return error("org.varlink.service.MethodNotImplemented", {{"method", method}});
    case Code::internal:
      break;
  }
  return error("io.herald.Failed", {{"message", e.message}});
}

Handlers::Handlers(Operations& operations, std::string version)
    : operations_(operations),
      version_(std::move(version)),
      herald_(parsed(herald_interface_text())),
      service_(parsed(service_interface_text())) {}

std::optional<MonitorQuery> Handlers::call(const Caller& caller, Call call, Answer answer,
                                           Progress progress) const {
  const auto refuse = [&answer](Reply reply) -> std::optional<MonitorQuery> {
    answer(std::move(reply));
    return std::nullopt;
  };
  if (call.upgrade) return refuse(invalid_parameter("upgrade"));
  const auto [interface_name, name] = split_method(call.method);
  const auto* interface = interface_name == herald_.name()    ? &herald_
                          : interface_name == service_.name() ? &service_
                                                              : nullptr;
  if (interface == nullptr) {
    if (interface_name.empty())
      return refuse(error("org.varlink.service.MethodNotFound", {{"method", call.method}}));
    return refuse(error("org.varlink.service.InterfaceNotFound", {{"interface", interface_name}}));
  }
  const auto* method = interface->method(name);
  if (method == nullptr)
    return refuse(error("org.varlink.service.MethodNotFound", {{"method", call.method}}));
  if (interface == &herald_) {
    const auto needed = rights_needed(name).value_or(Rights::administer);
    if (caller.rights < needed)
      return refuse(error(
          "io.herald.Denied",
          {{"message", name + " is for " +
                           (needed == Rights::administer
                                ? "root and members of the group herald-admin"
                                : "root and members of the groups herald and herald-admin")}}));
  }
  if (auto bad = interface->mismatch(method->in, call.parameters))
    return refuse(invalid_parameter(std::move(*bad)));
  if (interface == &service_) return refuse(introspect(name, call.parameters));

  const auto in = without_nulls(call.parameters);
  if (flag(in, "private") && caller.rights < Rights::administer)
    return refuse(error("io.herald.Denied",
                        {{"message",
                          "message text and parameters are shown to root and members of the "
                          "group herald-admin; leave out private"}}));
  if (name == "Monitor") {
    if (!call.more) return refuse(error("org.varlink.service.ExpectedMore", {}));
    return MonitorQuery{.after = text(in, "after"),
                        .id = text(in, "id"),
                        .kind = text(in, "kind"),
                        .state = text(in, "state"),
                        .producer = text(in, "producer"),
                        .private_parts = flag(in, "private")};
  }
  if (!call.more && progress)
    progress = [quiet = std::move(progress)](std::optional<Reply>) { return quiet(std::nullopt); };
  start(caller, name, in, std::move(answer), std::move(progress));
  return std::nullopt;
}

Reply Handlers::introspect(const std::string& method, const json::object& in) const {
  if (method == "GetInfo")
    return Reply{.error = {},
                 .parameters = {{"vendor", "Herald"},
                                {"product", "heraldd"},
                                {"version", version_},
                                {"url", ""},
                                {"interfaces", json::array{service_.name(), herald_.name()}}}};
  const auto name = text(in, "interface");
  if (name == herald_.name())
    return Reply{.error = {}, .parameters = {{"description", herald_interface_text()}}};
  if (name == service_.name())
    return Reply{.error = {}, .parameters = {{"description", service_interface_text()}}};
  return error("org.varlink.service.InterfaceNotFound", {{"interface", name}});
}

void Handlers::start(const Caller& caller, const std::string& method, const json::object& in,
                     Answer answer, Progress progress) const {
  // Shared because a Reply is copyable and the last copy that dies owes the answer.
  const auto debt =
      std::make_shared<Debt>(std::move(answer), subject_of(in), "io.herald." + method);
  const Operations::Reply reply = [debt](base::Result<json::object> r) { debt->pay(std::move(r)); };
  const auto wrapped = [debt](std::string_view name) {
    return [debt, name](base::Result<json::object> r) { debt->pay(std::move(r), name); };
  };
  // Where the interface promises no output, what the operation answers besides success is dropped.
  const Operations::Reply silent = [debt](base::Result<json::object> r) {
    if (r) r = json::object{};
    debt->pay(std::move(r));
  };
  const auto who = "uid:" + std::to_string(caller.peer.uid);
  try {
    auto& producer = operations_.producer();
    if (method == "Send" || method == "Explain") {
      auto request = in;
      request.stable_erase("private");
      if (const auto spelled = text(in, "recipient"); in.contains("recipient")) {
        if (in.contains("to"))
          return debt->pay(fail(Code::invalid, "give to or recipient, not both", "recipient"));
        request.stable_erase("recipient");
        request["to"] = spelled;
      }
      if (method == "Explain")
        return operations_.explain(who, json::value(std::move(request)), flag(in, "private"),
                                   wrapped("explanation"));
      return producer.submit(who, json::value(std::move(request)), reply);
    }
    if (method == "Show")
      return producer.timeline(text(in, "id"), flag(in, "private"), wrapped("notification"));
    if (method == "Cancel") return producer.cancel(text(in, "id"), who, reply);
    if (method == "DeadLetters") return producer.dead_letters(in, reply);
    if (method == "Redrive") return producer.redrive(in, who, reply);
    if (method == "List") {
      auto query = in;
      query.stable_erase("private");
      return producer.list(query, flag(in, "private"), reply);
    }
    if (method == "Audit") {
      std::optional<base::TimePoint> since;
      if (const auto given = text(in, "since"); !given.empty())
        if (!(since = base::parse_iso8601(given)))
          return debt->pay(fail(Code::invalid, "since is not an RFC 3339 time", "since"));
      return operations_.audit(
          since,
          [progress = std::move(progress)](json::object so_far) {
            return !progress ||
                   progress(Reply{.error = {}, .parameters = std::move(so_far), .continues = true});
          },
          reply);
    }
    if (method == "Status") return operations_.status(reply);
    if (method == "Channels") return operations_.channels(reply);
    if (method == "Nodes") return operations_.nodes(reply);
    if (method == "Pause")
      return operations_.pause(text(in, "channel"), text(in, "reason"), who, silent);
    if (method == "Resume") return operations_.resume(text(in, "channel"), silent);
    if (method == "CheckConfig") {
      const auto path = text(in, "path");
      if (!path.empty() && path.front() != '/')
        return debt->pay(fail(Code::invalid, "path must be absolute", "path"));
      return operations_.check_config(path, reply);
    }
    if (method == "Reload") return operations_.reload(reply);
    if (method == "Webhooks") return operations_.webhooks(reply);
    if (method == "WebhookMessages")
      return operations_.webhook_messages(text(in, "name"), flag(in, "dead"), text(in, "after"),
                                          reply);
    if (method == "RedeliverWebhook")
      return operations_.redeliver_webhook(text(in, "name"), text(in, "id"), reply);
    if (method == "AddUser") return operations_.add_user(in, wrapped("user"));
    if (method == "ShowUser") return operations_.show_user(text(in, "user"), wrapped("user"));
    if (method == "CreateUserToken") {
      const auto* given = in.if_contains("lifetime");
      const auto seconds = given == nullptr ? 0 : given->is_int64() ? given->get_int64() : -1;
      if (given != nullptr && (seconds < 1 || seconds > kMaxLifetime))
        return debt->pay(fail(Code::invalid, "a lifetime is 1 second to 366 days", "lifetime"));
      return operations_.user_token(text(in, "user"), std::chrono::seconds{seconds}, reply);
    }
    if (method == "CreateServiceToken") {
      std::vector<std::string> scopes;
      for (const auto& scope : in.at("scopes").as_array())
        scopes.emplace_back(scope.as_string().c_str());
      base::TimePoint expires{};
      if (const auto given = text(in, "expires"); !given.empty()) {
        const auto at = base::parse_iso8601(given);
        if (!at)
          return debt->pay(fail(Code::invalid, "expires is not an RFC 3339 time", "expires"));
        expires = *at;
      }
      return operations_.service_token(text(in, "name"), std::move(scopes), expires, reply);
    }
    if (method == "ListServiceTokens") return operations_.service_tokens(reply);
    if (method == "RevokeServiceToken") return operations_.revoke_token(text(in, "name"), silent);
    if (method == "RevokeUserTokens")
      return operations_.revoke_user_tokens(text(in, "user"), reply);
    debt->pay(fail(Code::unsupported, "described, but not offered"));
  } catch (const std::exception& e) {
    debt->pay(fail(Code::internal, std::string{"the daemon failed on this call: "} + e.what()));
  }
}

}  // namespace herald::control
