#include "delivery/explain.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/text.hpp"
#include "delivery/address.hpp"

namespace herald::delivery {

namespace json = boost::json;

namespace {

json::string text(std::string_view s) { return json::string{s.data(), s.size()}; }

std::string shown(const model::Identity& identity, bool private_parts) {
  return private_parts || identity.kind == "user" ? identity.value
                                                  : base::mask_phone(identity.value);
}

json::object step_json(const model::Step& step, std::size_t number) {
  return {{"step", number + 1},
          {"channel", step.channel},
          {"until", text(to_string(step.until))},
          {"within", base::to_string(step.within)},
          {"try_for", base::to_string(step.try_for)},
          {"attempts", step.attempts}};
}

void leave(json::object& step, model::Reason reason, std::string detail) {
  step["would"] = "leave";
  step["reason"] = text(to_string(reason));
  step["detail"] = std::move(detail);
}

json::object gate_json(const Gates::Answer& answer) {
  const bool blocked = answer.verdict == Gates::Verdict::blocked;
  const bool endless =
      answer.until == model::TimePoint::max() || answer.until == model::TimePoint{};
  return {{"verdict", blocked ? "blocked" : "gated"},
          {"reason", text(to_string(answer.reason))},
          {"until", endless ? json::value(nullptr) : json::value(base::to_iso8601(answer.until))},
          {"detail", answer.detail}};
}

json::object rendered_json(const model::Rendered& rendered) {
  json::object parts;
  for (const auto& [format, body] : rendered.parts) parts[format] = body;
  json::array actions;
  for (const auto& action : rendered.actions)
    actions.push_back(
        json::object{{"id", action.id}, {"label", action.label}, {"text", action.text}});
  return {{"title", rendered.title},
          {"parts", std::move(parts)},
          {"actions", std::move(actions)},
          {"version", rendered.version}};
}

}  // namespace

/// One explanation on its way: asked step by step, one question at a time.
struct Explainer::Story {
  std::shared_ptr<const Rules> rules;
  model::NewNotification notification;
  bool private_parts = false;
  Reply reply;
  store::Preview preview;
  std::vector<model::Identity> identities;
  std::vector<store::IdentityState> states;
  std::string time_zone;  ///< of the person; empty: the configured one
  json::object out;
  json::array steps;
};

void Explainer::set_rules(Rules rules) {
  rules_.with([&](auto& current) { current = std::make_shared<const Rules>(std::move(rules)); });
}

void Explainer::explain(std::string producer, const json::value& request, bool private_parts,
                        Reply reply) {
  auto story = std::make_shared<Story>();
  story->rules = rules_.with([](const auto& current) { return current; });
  if (!story->rules)
    return reply(
        base::fail(base::Code::unavailable, "the daemon is starting; try again in a moment"));
  if (need_.previews == nullptr)
    return reply(base::fail(base::Code::unsupported, "this store cannot look ahead"));
  auto checked = check_submission(story->rules->submission, std::move(producer), request,
                                  need_.random, need_.clock.now());
  if (!checked) return reply(checked.error());
  story->notification = std::move(*checked);
  story->private_parts = private_parts;
  story->reply = std::move(reply);
  need_.previews->preview(story->notification, [this, story](base::Result<store::Preview> seen) {
    if (!seen) return story->reply(seen.error());
    story->preview = std::move(*seen);
    look_up(story);
  });
}

void Explainer::look_up(const std::shared_ptr<Story>& story) {
  const auto& n = story->notification;
  const auto user = story->preview.user;
  story->out = {{"kind", n.kind},
                {"type", n.type},
                {"priority", text(to_string(n.priority))},
                {"producer", n.producer},
                {"not_before", base::to_iso8601(n.not_before)},
                {"expires", base::to_iso8601(n.expires)},
                {"route", n.chain->route},
                {"rounds", n.chain->rounds.count},
                {"catalog", story->rules->submission.catalog->version},
                {"repeats", story->preview.repeats}};
  story->out["recipient"] = json::object{{"kind", n.to.kind},
                                         {"value", shown(n.to, story->private_parts)},
                                         {"user", user},
                                         {"would_be_created", user == 0}};
  if (user == 0) {
    story->identities = {n.to};
    return next_step(story);
  }
  need_.people.user(user, [this, story](base::Result<store::User> found) {
    if (!found) return story->reply(found.error());
    json::array identities;
    for (const auto& i : found->identities)
      identities.push_back(
          json::object{{"kind", i.kind}, {"value", shown(i, story->private_parts)}});
    json::array states;
    for (const auto& s : found->states)
      states.push_back(json::object{{"kind", s.identity.kind}, {"state", s.state}});
    auto& recipient = story->out["recipient"].as_object();
    recipient["provider"] = found->provider;
    recipient["identities"] = std::move(identities);
    recipient["states"] = std::move(states);
    story->time_zone = found->time_zone;
    story->identities = std::move(found->identities);
    story->states = std::move(found->states);
    next_step(story);
  });
}

void Explainer::next_step(const std::shared_ptr<Story>& story) {
  const auto& steps = story->notification.chain->steps;
  const auto i = story->steps.size();
  if (i == steps.size()) {
    story->out["chain"] = std::move(story->steps);
    return story->reply(std::move(story->out));
  }
  auto step = step_json(steps[i], i);
  const auto skip = [&](model::Reason reason, std::string detail) {
    leave(step, reason, std::move(detail));
    story->steps.push_back(std::move(step));
    next_step(story);
  };
  const auto channel = need_.channels.channel(steps[i].channel);
  if (!channel)
    return skip(model::Reason::channel_removed, "no channel of that name is configured any more");
  if (!channel->running) return skip(model::Reason::channel_disabled, channel->problem);
  if (!addresses_users(channel->addresses)) {
    auto choice =
        choose_address(channel->addresses, story->identities, story->states, need_.clock.now());
    if (!choice.address) return skip(choice.refused, std::move(choice.detail));
    step["address"] = json::object{{"kind", choice.address->kind},
                                   {"value", shown(*choice.address, story->private_parts)}};
  }
  step["would"] = "attempt";
  step["reaches_nobody"] = channel->reaches_nobody;
  Gates::Want want;
  want.channel = channel->name;
  want.user = story->preview.user;
  want.priority = story->notification.priority;
  want.created = story->notification.created;
  want.disturbs = channel->disturbs;
  want.time_zone = story->time_zone;
  need_.dispatcher.ask_gates(std::move(want),
                             [this, story, channel = *channel,
                              step = std::move(step)](const Gates::Answer& answer) mutable {
                               if (answer.verdict != Gates::Verdict::open)
                                 step["gate"] = gate_json(answer);
                               render(story, channel, std::move(step));
                             });
}

void Explainer::render(const std::shared_ptr<Story>& story, const model::ChannelInfo& channel,
                       json::object step) {
  const auto& n = story->notification;
  need_.channels.render(
      {n.kind, n.params_json, n.content_json, story->rules->locale, story->rules->time_zone,
       channel.name, channel.formats},
      [this, story, step = std::move(step)](base::Result<model::Rendered> rendered) mutable {
        if (!rendered)
          leave(step, model::Reason::render_failed, rendered.error().message);
        else if (story->private_parts)
          step["rendered"] = rendered_json(*rendered);
        story->steps.push_back(std::move(step));
        next_step(story);
      });
}

}  // namespace herald::delivery
