#include <algorithm>
#include <map>

#include "steps.hpp"
#include "whatsapp.hpp"

// What a webhook tells, recorded: people first, then the receipts, and only then the answer.
namespace whatsapp {
namespace {

constexpr std::size_t kMaxReceipts = 1'000;  // the host's own limit for one call
constexpr std::size_t kTogether = 32;        // people of one request under way at the host

const char* word(herald_receipt_state state) {
  switch (state) {
    case HERALD_RECEIPT_SENT:
      return "sent";
    case HERALD_RECEIPT_DELIVERED:
      return "delivered";
    case HERALD_RECEIPT_READ:
      return "read";
    case HERALD_RECEIPT_ANSWERED:
      return "answered";
    case HERALD_RECEIPT_FAILED:
      break;
  }
  return "failed";
}

}  // namespace

/// The receipts of one request, recorded in portions, and who waits for it.
struct Whatsapp::Post {
  std::vector<herald::Receipt> receipts;
  std::size_t next = 0;
  herald::Exchange exchange;
};

void Whatsapp::notified(const herald::Incoming& request, const herald::Exchange& exchange) {
  switch (provider_->proof(request)) {
    case Provider::Proof::no_secret:
      return answer(exchange, herald::Response::plain("not ready\n", 503));
    case Provider::Proof::forged:
      host().warn(
          "a webhook with a wrong signature was refused; if it came from the provider, compare "
          "the channel's secrets (and `webhook_url`, where there is one) with the provider's",
          {{"peer", request.peer}});
      return answer(exchange, herald::Response::plain("wrong signature\n", 401));
    case Provider::Proof::genuine:
      break;
  }
  auto clean = request;
  clean.body = secrets_.redacted(std::move(clean.body));
  auto notice = provider_->notice(clean);
  if (!notice)
    return answer(exchange, herald::Response::plain("not what the provider sends\n", 400));
  count(*notice);
  std::vector<Step> steps;
  for (auto& message : notice->inbound)
    steps.push_back([this, message = std::move(message)](herald::Callback<bool> next) {
      heard(message, std::move(next));
    });
  auto post = std::make_shared<Post>(Post{{}, 0, exchange});
  for (auto& news : notice->news) {
    if (news.remember != Remember::nothing || news.window_closed) {
      // Without the window's rules the next attempt would be the same text again.
      if (news.window_closed && !settings_.track_window) news.receipt.result = HERALD_REJECTED;
      steps.push_back([this, news](herald::Callback<bool> next) { learnt(news, std::move(next)); });
    }
    post->receipts.push_back(std::move(news.receipt));
  }
  run(std::move(steps), kTogether, [this, post](bool kept) {
    if (kept) return record(post);
    host().warn("messages of people could not be recorded; the provider is asked to repeat them");
    answer(post->exchange, herald::Response::plain("could not be recorded; send it again\n", 503));
  });
}

void Whatsapp::count(const Notice& notice) {
  std::map<std::string, int> types, states;
  for (const auto& message : notice.inbound) ++types[message.type];
  for (const auto& news : notice.news) ++states[word(news.receipt.state)];
  if (notice.ignored != 0) states["ignored"] = notice.ignored;
  for (const auto& [type, n] : types) inbound_.record(n, {{"type", type}});
  for (const auto& [state, n] : states) statuses_.record(n, {{"status", state}});
  for (const auto& alarm : notice.alarms)
    host().error("WhatsApp reports a problem with the account", {{"cause", alarm}});
}

/// The one place where a message of a person reaches the daemon. It opens their window, so that
/// they can be told something, and may be an answer.
void Whatsapp::heard(const Inbound& message, herald::Callback<bool> next) {
  people_.wrote(message, settings_, [this, message, next = std::move(next)](bool kept) mutable {
    if (!kept) return next(false);
    resolve(message, std::move(next));
  });
}

void Whatsapp::learnt(const News& news, herald::Callback<bool> next) {
  if (news.window_closed) return people_.closed(news.whom, std::move(next));
  people_.avoid(news.whom, news.remember, settings_.quarantine, std::move(next));
}

void Whatsapp::record(const std::shared_ptr<Post>& post) {
  if (post->next == post->receipts.size()) return answer(post->exchange, provider_->heard());
  const auto end = std::min(post->receipts.size(), post->next + kMaxReceipts);
  const auto at = post->receipts.begin();
  const std::vector<herald::Receipt> portion(at + static_cast<std::ptrdiff_t>(post->next),
                                             at + static_cast<std::ptrdiff_t>(end));
  post->next = end;
  host().receipts(portion, [this, post](const herald::Done& done) {
    if (done.ok()) return record(post);
    host().warn("statuses could not be recorded; the provider is asked to repeat them",
                {{"cause", done.error}});
    answer(post->exchange, herald::Response::plain("could not be recorded; send it again\n", 503));
  });
}

}  // namespace whatsapp
