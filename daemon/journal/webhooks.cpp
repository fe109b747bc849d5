#include "journal/webhooks.hpp"

namespace herald::journal {

void Webhooks::configure(std::vector<Endpoint> endpoints) {
  need_.executor.post([this, endpoints = std::move(endpoints)]() mutable {
    auto before = std::exchange(couriers_, {});
    for (auto& endpoint : endpoints) {
      auto& courier = couriers_[endpoint.name];
      if (auto known = before.extract(endpoint.name)) {
        courier = std::move(known.mapped());
        courier->change(std::move(endpoint));
      } else {
        courier = std::make_shared<Courier>(need_, std::move(endpoint));
        courier->start();
      }
    }
    for (const auto& [name, courier] : before) courier->close();
    forget_others();
  });
}

void Webhooks::forget_others() {
  need_.store.webhooks([this](base::Result<std::vector<store::Webhook>> known) {
    if (!known) return;  // they stay until the next start or reload
    need_.executor.post([this, known = std::move(*known)] {
      for (const auto& webhook : known) {
        if (couriers_.contains(webhook.name)) continue;
        need_.store.remove_webhook(webhook.name, [this, name = webhook.name](
                                                     base::Result<uint64_t> waiting) {
          if (waiting)
            need_.log.warning("webhook.removed", "the webhook is no longer configured",
                              {{"webhook", name}, {"messages_dropped", std::to_string(*waiting)}});
        });
      }
    });
  });
}

void Webhooks::list(store::Done<std::vector<Listed>> done) {
  store::JournalQuery ends;
  ends.scan = 0;
  need_.store.journal(ends, [this, done = std::move(done)](base::Result<store::JournalPage> page) {
    if (!page) return done(page.error());
    need_.store.webhooks(
        [this, done, last = page->last](base::Result<std::vector<store::Webhook>> known) {
          if (!known) return done(known.error());
          need_.executor.post([this, done, last, known = std::move(*known)] {
            std::vector<Listed> out;
            for (const auto& [name, courier] : couriers_) {
              Listed listed;
              listed.state = courier->state();
              for (const auto& webhook : known) {
                if (webhook.name != name) continue;
                listed.behind = last - std::min(last, webhook.cursor);
                listed.waiting = webhook.waiting;
                listed.dead = webhook.dead;
              }
              out.push_back(std::move(listed));
            }
            done(std::move(out));
          });
        });
  });
}

void Webhooks::redeliver(std::string name, std::string message, store::Done<uint64_t> done) {
  need_.store.redeliver(name, std::move(message), need_.clock.now(),
                        [this, name, done = std::move(done)](base::Result<uint64_t> count) {
                          if (count)
                            need_.executor.post([this, name] {
                              const auto it = couriers_.find(name);
                              if (it != couriers_.end()) it->second->look_again();
                            });
                          done(std::move(count));
                        });
}

void Webhooks::stop(std::function<void()> done) {
  need_.executor.post([this, done = std::move(done)] {
    if (couriers_.empty()) return done();
    // Shared by the answers, whose number is known.
    auto left = std::make_shared<std::size_t>(couriers_.size());
    for (const auto& [name, courier] : couriers_)
      courier->stop([left, done] {
        if (--*left == 0) done();
      });
  });
}

}  // namespace herald::journal
