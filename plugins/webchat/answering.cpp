#include "answering.hpp"

#include <boost/json/serialize.hpp>

#include "handlers.hpp"
#include "problem.hpp"
#include "strict_json.hpp"

namespace webchat {
namespace {

constexpr std::size_t kLongestAction = 256, kLongestText = 4096;

struct Words {
  uint32_t http_status;
  const char* verdict;
  const char* message;
};

Words words(herald_verdict verdict) {
  switch (verdict) {
    case HERALD_ANSWER_WON:
      return {200, "won", "Answer recorded"};
    case HERALD_ANSWER_REPEATED:
      return {200, "repeated", "Answer recorded"};
    case HERALD_ANSWER_ALREADY_ANSWERED:
      return {409, "already_answered", "already answered: "};
    case HERALD_ANSWER_EXPIRED:
      return {410, "expired", "this can no longer be answered"};
    case HERALD_ANSWER_AMBIGUOUS:
      return {409, "ambiguous",
              "several questions are open; send the notification_id of the one that is meant"};
    case HERALD_ANSWER_NOT_YOURS:
      return {404, "not_yours", kUnknownItem};
    case HERALD_ANSWER_NOT_AN_OPTION:
      return {422, "not_an_option", "that is none of the question's actions"};
    case HERALD_ANSWER_NO_QUESTION:
      break;
  }
  return {422, "no_question", "no question is open; nothing was recorded"};
}

Resolved resolved(const herald::Answered& answered) {
  Resolved out;
  if (!answered.ok()) {
    out.failed = answered.status;
    out.message = "the answer cannot be recorded now";
    return out;
  }
  const auto said = words(answered.verdict);
  out.http_status = said.http_status;
  out.message = said.message;
  if (answered.verdict == HERALD_ANSWER_ALREADY_ANSWERED)
    out.message += answered.label.empty() ? answered.action_id : answered.label;
  out.facts["verdict"] = said.verdict;
  if (!answered.herald_id.empty()) out.facts["herald_id"] = answered.herald_id;
  if (!answered.action_id.empty()) out.facts["action"] = answered.action_id;
  if (!answered.label.empty()) out.facts["label"] = answered.label;
  return out;
}

/// A string of at most so many bytes; absent is empty.
Checked<std::string> string_of(const boost::json::object& body, std::string_view key,
                               std::size_t most) {
  const auto* value = body.if_contains(key);
  if (value == nullptr) return {std::string{}, {}};
  if (!value->is_string() || value->get_string().empty() || value->get_string().size() > most)
    return {{}, std::string{key} + " must be a string of 1 to " + std::to_string(most) + " bytes"};
  return {std::string{value->get_string()}, {}};
}

void say(const herald::Host& host, const herald::Exchange& as, const Choice& choice,
         std::string herald_id, herald::Callback<const Resolved&> done) {
  herald::Answer answer;
  answer.exchange = as.id();
  answer.herald_id = std::move(herald_id);
  answer.action_id = choice.action;
  answer.text = choice.text;
  host.answer(answer, [done = std::move(done)](const herald::Answered& answered) mutable {
    done(resolved(answered));
  });
}

}  // namespace

Checked<Choice> read_choice(const boost::json::object& body) {
  Choice out;
  auto action = string_of(body, "action", kLongestAction);
  auto text = string_of(body, "text", kLongestText);
  if (!action.value) return {{}, action.problem};
  if (!text.value) return {{}, text.problem};
  if (action.value->empty() == text.value->empty())
    return {{}, "send either action, the id of one of the item's actions, or text"};
  out.action = std::move(*action.value);
  out.text = std::move(*text.value);
  out.named = body.contains("notification_id");
  // A button always belongs to an item.
  if (!out.named && out.action.empty()) return {std::move(out), {}};
  const auto name = item_name(body);
  if (!name.value) return {{}, name.problem};
  out.item = *name.value;
  return {std::move(out), {}};
}

void resolve(const herald::Host& host, const herald::Exchange& as, const Choice& choice,
             herald::Callback<const Resolved&> done) {
  if (!choice.named) return say(host, as, choice, {}, std::move(done));
  find_item(host, as, choice.item,
            [host, as, choice, done = std::move(done)](const FoundItem& found) mutable {
              if (found.status == HERALD_OK)
                return say(host, as, choice, found.item.herald_id, std::move(done));
              if (found.status == HERALD_E_NOT_FOUND)
                return done(resolved({HERALD_OK, HERALD_ANSWER_NOT_YOURS, {}, {}, {}}));
              done(resolved({found.status, HERALD_ANSWER_NO_QUESTION, {}, {}, {}}));
            });
}

void answer(const Service& in, const herald::Incoming& request, const herald::Exchange& to) {
  const auto& host = in.host;
  const auto body = parse_object(request.body);
  if (!body.value) return refuse(to, 400, "the body is " + body.problem);
  const auto choice = read_choice(*body.value);
  if (!choice.value) return refuse(to, 400, choice.problem);
  resolve(host, to, *choice.value, [host, to](const Resolved& resolved) {
    if (resolved.failed == HERALD_E_DENIED) return refuse(to, 403, "only the person can answer");
    if (resolved.failed != HERALD_OK) return fail(host, to, resolved.failed, resolved.message);
    boost::json::object out{{"status", "success"}, {"message", resolved.message}};
    for (const auto& [key, value] : resolved.facts) out[key] = value;
    to.respond(resolved.http_status == 200
                   ? success(boost::json::serialize(out))
                   : problem(resolved.http_status, resolved.message, resolved.facts));
  });
}

}  // namespace webchat
