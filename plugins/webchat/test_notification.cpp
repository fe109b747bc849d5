#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "handlers.hpp"
#include "problem.hpp"
#include "strict_json.hpp"

namespace webchat {
namespace {

constexpr std::size_t kLongestMessage = 16 * 1024;
constexpr std::array<std::string_view, 4> kTypes{"info", "confirmation", "status_update",
                                                 "provider_request"};

constexpr const char* kNobody = "There is no such user.";

struct Wanted {
  std::string message = "Test notification", type = "info";
};

/// Takes a string member when it is there; false: it is there and is no string.
bool take(const boost::json::object& json, std::string_view key, std::string& to) {
  const auto* value = json.if_contains(key);
  if (value == nullptr) return true;
  if (!value->is_string()) return false;
  to = std::string_view{value->get_string()};
  return true;
}

/// Empty when it is fine: else what is wrong with the content.
std::string read(const boost::json::object& json, Wanted& out) {
  if (!take(json, "message", out.message)) return "message must be a string";
  if (!take(json, "notification_type", out.type)) return "notification_type must be a string";
  if (out.message.empty()) return "message must not be empty; leave it out for the default text";
  if (out.message.size() > kLongestMessage) return "message is longer than 16 KiB; shorten it";
  if (std::find(kTypes.begin(), kTypes.end(), out.type) == kTypes.end())
    return "notification_type must be info, confirmation, status_update or provider_request";
  return {};
}

std::string submission(std::string_view user, const Wanted& wanted) {
  boost::json::object out;
  out["kind"] = "message";
  out["to"] = {{"user", user}};
  out["params"] = {{"message", wanted.message}, {"type", wanted.type}};
  return boost::json::serialize(out);
}

/// Only an id that was committed is a success: anything else is said as it is.
void answer(const herald::Host& host, const herald::Exchange& to, const herald::Stored& stored) {
  const auto because = [&](const char* otherwise) {
    return stored.error.empty() ? std::string{otherwise} : stored.error;
  };
  if (stored.ok() && !stored.value.empty())
    to.respond(success(R"({"status":"success","message":"Test notification sent"})"));
  else if (stored.status == HERALD_E_NOT_FOUND)
    refuse(to, 404, kNobody);
  else if (stored.status == HERALD_E_INVALID)
    refuse(to, 400, because("the notification was not accepted"));
  else if (stored.status == HERALD_E_DENIED)
    fail(host, to, HERALD_E_INTERNAL,
         "this channel may not submit notifications; add `grants: [submit]` to it");
  else
    fail(host, to, stored.ok() ? HERALD_E_INTERNAL : stored.status,
         "the notification was not accepted; nothing was sent");
}

}  // namespace

void test_notification(const Service& in, const herald::Incoming& request,
                       const herald::Exchange& to) {
  const auto& host = in.host;
  Wanted wanted;
  if (!is_blank(request.body)) {
    const auto json = parse_object(request.body);
    if (!json.value) return refuse(to, 400, "the body is " + json.problem);
    if (const auto wrong = read(*json.value, wanted); !wrong.empty()) return refuse(to, 422, wrong);
  }
  if (request.user.empty()) return refuse(to, 404, kNobody);
  host.submit(submission(request.user, wanted),
              [host, to](const herald::Stored& stored) { answer(host, to, stored); });
}

}  // namespace webchat
