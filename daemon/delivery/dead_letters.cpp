// Dead letters: what ended undelivered, why, and how it starts again (R20).
#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/faults.hpp"
#include "base/text.hpp"
#include "delivery/decide.hpp"
#include "delivery/list_query.hpp"
#include "delivery/producer.hpp"
#include "delivery/views.hpp"

namespace herald::delivery {
namespace {

namespace json = boost::json;
using base::Code;
using base::fail;

/// What one call looks at: bounded, so that a million dead letters are neither one answer nor one
/// burst of work.
constexpr unsigned kPage = 200, kLargestPage = 500;

bool flag(const json::object& query, std::string_view name) {
  const auto* value = query.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

/// The reason to look for, if one is named.
base::Result<std::optional<model::Reason>> reason_of(const json::object& query) {
  const auto* value = query.if_contains("reason");
  if (value == nullptr) return std::optional<model::Reason>{};
  const auto reason =
      value->is_string() ? model::reason_from(std::string_view{value->get_string()}) : std::nullopt;
  if (!reason)
    return fail(Code::invalid,
                "there is no such reason; 'heraldctl dead-letters --counts' shows those that occur",
                "reason");
  return reason;
}

/// Whether a step of the latest run was left for it, or an attempt of that run ended with it.
bool has_reason(const model::Progress& p, const std::optional<model::Reason>& reason) {
  if (!reason) return true;
  const auto left = [&](const model::StepLeft& l) { return l.run == p.run && l.reason == *reason; };
  const auto said = [&](const model::Attempt& a) {
    return a.run == p.run && a.outcome.reason == *reason;
  };
  return std::any_of(p.left.begin(), p.left.end(), left) ||
         std::any_of(p.attempts.begin(), p.attempts.end(), said);
}

base::Result<store::ListQuery> dead_letter_query(const json::object& query,
                                                 std::vector<std::string_view> more) {
  more.emplace_back("reason");
  auto parsed = parse_list_query(query, more);
  if (!parsed) return parsed;
  parsed->state = model::State::undelivered;
  parsed->limit = std::min(query.contains("limit") ? parsed->limit : kPage, kLargestPage);
  return parsed;
}

json::value next_of(const std::vector<model::Notification>& page, unsigned limit) {
  return page.size() >= limit ? json::value(page.back().head.id) : json::value(nullptr);
}

/// Content with actions has them in it.
bool has_actions(const model::Head& head, const model::Catalog& catalog) {
  if (head.content_json.empty()) {
    const auto kind = catalog.kinds.find(head.kind);
    return kind != catalog.kinds.end() && !kind->second.actions.empty();
  }
  json::error_code ec;
  const auto content = json::parse(head.content_json, ec);
  const auto* object = content.if_object();
  const auto* actions = object == nullptr ? nullptr : object->if_contains("actions");
  return actions != nullptr && actions->is_array() && !actions->get_array().empty();
}

}  // namespace

/// One page of a redrive on its way.
struct Producer::Redrive {
  std::vector<std::string> ids;
  std::vector<model::ChainPtr> chains;  ///< of `ids`
  std::size_t at = 0, redriven = 0;
  json::array refused;
  json::value next;
  bool resend = false;
  std::string by;
  Reply reply;
};

void Producer::dead_letters(const json::object& query, Reply reply) {
  auto parsed = dead_letter_query(query, {});
  if (!parsed) return reply(parsed.error());
  auto reason = reason_of(query);
  if (!reason) return reply(reason.error());
  find_people(
      query, std::move(*parsed),
      [this, reason = *reason, reply](base::Result<store::ListQuery> filter) {
        if (!filter) return reply(filter.error());
        const auto limit = filter->limit;
        need_.store.list(std::move(*filter), [limit, reason,
                                              reply](base::Result<std::vector<model::Notification>>
                                                         page) {
          if (!page) return reply(page.error());
          json::array rows;
          for (const auto& n : *page)
            if (has_reason(n.progress, reason)) rows.push_back(dead_letter_view(n));
          reply(json::object{{"notifications", std::move(rows)}, {"next", next_of(*page, limit)}});
        });
      });
}

base::Result<model::ChainPtr> Producer::present_chain(const model::Head& head) const {
  const auto rules = current_rules();
  if (!rules) return starting();
  return rules->chain(head.kind, head.priority, head.producer, has_actions(head, *rules->catalog));
}

void Producer::redrive(const json::object& query, std::string by, Reply reply) {
  const bool dry_run = flag(query, "dry_run"), resend = flag(query, "resend");
  if (const auto* id = query.if_contains("id")) {
    for (const auto* other : {"kind", "reason", "user", "since", "until", "all", "before", "limit"})
      if (query.contains(other))
        return reply(fail(Code::invalid, "give an id or filters, not both", other));
    return redrive_one(id->is_string() ? std::string{id->get_string()} : std::string{}, dry_run,
                       resend, by, std::move(reply));
  }
  const bool filtered = std::any_of(query.begin(), query.end(), [](const auto& member) {
    for (const auto* name : {"kind", "reason", "user", "since", "until"})
      if (member.key() == name) return true;
    return false;
  });
  if (filtered == flag(query, "all"))
    return reply(fail(Code::invalid,
                      filtered ? "all takes no filter" : "say which: an id, a filter, or all",
                      "all"));
  auto parsed = dead_letter_query(query, {"all", "dry_run", "resend"});
  if (!parsed) return reply(parsed.error());
  auto reason = reason_of(query);
  if (!reason) return reply(reason.error());
  find_people(
      query, std::move(*parsed),
      [this, reason = *reason, dry_run, resend, by, reply](base::Result<store::ListQuery> filter) {
        if (!filter) return reply(filter.error());
        const auto limit = filter->limit;
        need_.store.list(
            std::move(*filter), [this, limit, reason, dry_run, resend, by,
                                 reply](base::Result<std::vector<model::Notification>> page) {
              if (!page) return reply(page.error());
              auto work = std::make_shared<Redrive>();  // lives as long as the page is on its way
              work->next = next_of(*page, limit);
              work->resend = resend;
              work->by = by;
              work->reply = reply;
              for (const auto& n : *page) {
                if (!has_reason(n.progress, reason)) continue;
                auto chain = present_chain(n.head);
                if (!chain) {
                  work->refused.push_back(
                      json::object{{"id", n.head.id}, {"message", chain.error().message}});
                  continue;
                }
                work->ids.push_back(n.head.id);
                work->chains.push_back(std::move(*chain));
              }
              if (dry_run) work->at = work->ids.size();
              redrive_page(work);
            });
      });
}

void Producer::redrive_one(const std::string& id, bool dry_run, bool resend, const std::string& by,
                           Reply reply) {
  const base::Error missing =
      fail(Code::not_found,
           "no notification has the id '" + base::escape_control(id.substr(0, 64)) + "'", "id");
  if (!base::is_id(id)) return reply(missing);
  need_.store.timeline(id, [this, missing, dry_run, resend, by,
                            reply](base::Result<store::Timeline> found) {
    if (!found) return reply(found.error().code == Code::not_found ? missing : found.error());
    const auto& n = found->notification;
    auto chain = present_chain(n.head);
    if (!chain) return reply(chain.error());
    json::object answer{{"matched", 1}, {"redriven", dry_run ? 0 : 1}, {"refused", json::array{}}};
    answer["ids"] = json::array{json::string{n.head.id}};
    answer["next"] = nullptr;
    // The order decides; without it, what it would say.
    if (!dry_run)
      return need_.dispatcher.redrive(
          n.head.id, by, std::move(*chain), resend,
          [answer, reply](const base::Result<model::Notification>& done) {
            if (!done) return reply(done.error());
            reply(answer);
          });
    const auto decision = decide(
        n.progress, model::event::Redrive{by, need_.clock.now() + (*chain)->expires_after, resend},
        **chain, need_.clock.now());
    for (const auto& effect : decision.effects)
      if (const auto* refused = std::get_if<model::effect::Refused>(&effect))
        return reply(fail(Code::conflict, refused->why));
    reply(answer);
  });
}

/// One after another: the oldest of the page first, each recorded before the next, so that a stop
/// in between leaves a clear border and the rest as it was.
void Producer::redrive_page(const std::shared_ptr<Redrive>& page) {
  if (page->at >= page->ids.size()) {
    json::array ids;
    for (const auto& id : page->ids) ids.push_back(json::string{id});
    HERALD_POINT("redrive.page");
    return page->reply(json::object{{"matched", page->ids.size() + page->refused.size()},
                                    {"redriven", page->redriven},
                                    {"refused", std::move(page->refused)},
                                    {"ids", std::move(ids)},
                                    {"next", std::move(page->next)}});
  }
  const auto index = page->ids.size() - ++page->at;
  need_.dispatcher.redrive(page->ids[index], page->by, page->chains[index], page->resend,
                           [this, page, index](const base::Result<model::Notification>& done) {
                             HERALD_POINT("redrive.one");
                             if (done)
                               ++page->redriven;
                             else
                               page->refused.push_back(json::object{
                                   {"id", page->ids[index]}, {"message", done.error().message}});
                             redrive_page(page);
                           });
}

}  // namespace herald::delivery
