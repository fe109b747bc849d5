#pragma once

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <condition_variable>
#include <map>
#include <mutex>

#include "plugin/ports.hpp"

// Ports that remember what they were asked, and answer as the test wants. Thread-safe.
namespace herald::plugin::testing {

class ManualClock final : public base::Clock {
 public:
  base::TimePoint now() const override {
    return base::from_unix_us(1'800'000'000'000'000 + us_.load());
  }
  base::MonoPoint mono() const override {
    return base::MonoPoint{base::Duration{1'000'000 + us_.load()}};
  }
  void advance(base::Duration d) { us_ += d.count(); }

 private:
  std::atomic<int64_t> us_{0};
};

/// A list that can be waited for.
template <class T>
class Record {
 public:
  Record() = default;
  /// Waits for an add() that is under way: a record on a test's stack goes as soon as its value was
  /// seen.
  ~Record() { const std::lock_guard lock{mutex_}; }
  void add(T value) {
    const std::lock_guard lock{mutex_};
    values_.push_back(std::move(value));
    changed_.notify_all();
  }
  /// Its n-th value, waiting for it at most 10 s; a default one when it does not come.
  T at(std::size_t n) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return values_.size() > n; });
    return values_.size() > n ? values_[n] : T{};
  }
  std::size_t size() {
    const std::lock_guard lock{mutex_};
    return values_.size();
  }
  std::vector<T> all() {
    const std::lock_guard lock{mutex_};
    return values_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<T> values_;
};

struct FakeLog final : base::Log {
  struct Line {
    base::LogLevel level{};
    std::string event, text;
    std::map<std::string, std::string> fields;
  };
  bool enabled(base::LogLevel level) const override { return level >= base::LogLevel::info; }
  void write(base::LogLevel level, std::string_view event, std::string_view text,
             std::span<const base::LogField> fields) override {
    Line line{level, std::string{event}, std::string{text}, {}};
    for (const auto& f : fields) line.fields.emplace(f.key, f.value);
    lines.add(std::move(line));
  }
  std::size_t count(std::string_view event) {
    std::size_t n = 0;
    for (const auto& line : lines.all()) n += line.event == event ? 1 : 0;
    return n;
  }
  Record<Line> lines;
};

struct FakeDelivery final : model::ports::DeliveryEvents {
  struct Batch {
    std::string channel;
    std::vector<model::ports::ChannelReceipt> receipts;
  };
  struct Append {
    std::string channel, attempt;
    model::NewItem item;
  };
  void receipts(std::string channel, std::vector<model::ports::ChannelReceipt> r,
                Done<bool> done) override {
    batches.add({std::move(channel), std::move(r)});
    if (fail_receipts)
      done(base::fail(base::Code::unavailable, "no"));
    else
      done(true);
  }
  void append(std::string channel, std::string attempt, model::NewItem item,
              Done<model::Item> done) override {
    model::Item stored;
    stored.id = 71, stored.seq = 9, stored.at = base::from_unix_us(5), stored.user = item.user;
    stored.notification = item.notification, stored.type = item.type, stored.title = item.title;
    stored.text = item.text, stored.markdown = item.markdown, stored.actions = item.actions;
    appends.add({std::move(channel), std::move(attempt), std::move(item)});
    if (fail_append)
      done(base::fail(base::Code::unavailable, "the store is full"));
    else
      done(std::move(stored));
  }
  void inbox_evidence(std::vector<std::string>, model::Evidence, Done<bool>) override {}
  Record<Batch> batches;
  Record<Append> appends;
  std::atomic<bool> fail_receipts{false}, fail_append{false};
};

struct FakeInbox final : model::ports::Inbox {
  struct Seen {
    model::Principal who;
    model::UserId user = 0;
    std::vector<std::string> ids;
    model::Evidence level{};
  };
  void list(model::ItemQuery query, Done<model::ItemPage> done) override {
    queries.add(query);
    done(page);
  }
  void seen(model::Principal who, model::UserId user, std::vector<std::string> ids,
            model::Evidence level, Done<bool> done) override {
    seens.add({std::move(who), user, std::move(ids), level});
    done(true);
  }
  void clear(model::Principal who, model::UserId user, int64_t seq, Done<bool> done) override {
    seens.add({std::move(who), user, {std::to_string(seq)}, model::Evidence::none});
    done(base::fail(base::Code::denied, "not yours"));
  }
  uint64_t subscribe(model::UserId user, std::function<void(int64_t)> f) override {
    changed = std::move(f);
    subscribed.add(user);
    return 5;
  }
  void unsubscribe(uint64_t handle) override { unsubscribed.add(handle); }
  model::ItemPage page;
  Record<model::ItemQuery> queries;
  Record<Seen> seens;
  Record<model::UserId> subscribed;
  Record<uint64_t> unsubscribed;
  std::function<void(int64_t)> changed;
};

struct FakeAnswers final : model::ports::Answers {
  void said(model::ports::Said what,
            std::function<void(base::Result<model::ports::Answered>)> done) override {
    heard.add(std::move(what));
    done(verdict);
  }
  base::Result<model::ports::Answered> verdict{model::ports::Answered{}};
  Record<model::ports::Said> heard;
};

struct FakeDirectory final : model::ports::Directory {
  base::Result<model::Identity> parse(std::string_view s) const override {
    return model::Identity{"user", std::string{s}};
  }
  base::Result<model::Identity> normalise(model::Identity i) const override {
    if (i.value == "bad") return base::fail(base::Code::invalid, "no such number");
    if (i.kind == "phone" && i.value[0] != '+') i.value = "+237" + i.value;
    return i;
  }
  void resolve(model::Identity i, Done<model::UserId> done) override {
    done(model::UserId{i.value == "+237691924173" ? 42 : 0});
  }
  void learn(model::Identity known, model::Identity also, Done<bool> done) override {
    calls.add(known.value + "=" + also.value);
    done(true);
  }
  void mark(model::Identity i, std::string state, model::TimePoint, Done<bool> done) override {
    calls.add(i.value + ":" + state);
    done(base::fail(base::Code::not_found, "nobody"));
  }
  Record<std::string> calls;
};

struct FakeProducer final : model::ports::Producer {
  void submit(std::string producer, const boost::json::value& request, Reply reply) override {
    submits.add(producer + " " + boost::json::serialize(request));
    if (refuse)
      reply(base::fail(base::Code::unprocessable, "missing", "params.service"));
    else
      reply(boost::json::object{{"id", "n1"}, {"state", "queued"}});
  }
  void get(std::string, bool, Reply) override {}
  void timeline(std::string, bool, Reply) override {}
  void cancel(std::string, std::string, Reply) override {}
  void list(const boost::json::object&, bool, Reply) override {}
  void dead_letters(const boost::json::object&, Reply) override {}
  void redrive(const boost::json::object&, std::string, Reply) override {}
  Record<std::string> submits;
  std::atomic<bool> refuse{false};
};

struct FakeFetcher final : model::web::Fetcher {
  uint64_t fetch(model::web::FetchRequest r,
                 std::function<void(model::web::FetchResult)> d) override {
    done = std::move(d);
    requests.add(std::move(r));
    return 31;
  }
  void cancel(uint64_t handle) override {
    cancelled.add(handle);
    model::web::FetchResult r;
    r.cancelled = true;
    r.error = "cancelled";
    if (done) done(r);
  }
  Record<model::web::FetchRequest> requests;
  Record<uint64_t> cancelled;
  std::function<void(model::web::FetchResult)> done;
};

struct FakeMounts final : model::web::Mounts {
  base::Result<uint64_t> mount(model::web::Route route) override {
    const std::lock_guard lock{mutex};
    for (const auto& [h, r] : routes)
      if (r.path == route.path && r.methods == route.methods)
        return base::fail(base::Code::conflict, "taken");
    routes.emplace(++last, std::move(route));
    return last;
  }
  void unmount(uint64_t handle) override {
    const std::lock_guard lock{mutex};
    routes.erase(handle);
  }
  std::optional<model::web::Route> find(std::string_view path) {
    const std::lock_guard lock{mutex};
    for (const auto& [h, r] : routes)
      if (r.path == path) return r;
    return std::nullopt;
  }
  std::mutex mutex;
  std::map<uint64_t, model::web::Route> routes;
  uint64_t last = 0;
};

struct FakeExchange final : model::web::Exchange {
  const model::web::Request& request() const override { return in; }
  void respond(model::web::Response r, std::function<void(bool)> w) override {
    written = std::move(w);
    responses.add(std::move(r));
  }
  void begin(model::web::Response r, std::function<void()> room,
             std::function<void(bool)> c) override {
    writable = std::move(room);
    closed = std::move(c);
    responses.add(std::move(r));
  }
  bool write(std::string chunk) override {
    chunks.add(std::move(chunk));
    return !full;
  }
  void end() override { ended.add(1); }
  void accept_socket(std::function<void(std::string)> t, std::function<void()> room,
                     std::function<void(bool)> c) override {
    text = std::move(t);
    writable = std::move(room);
    closed = std::move(c);
  }
  void close_socket(unsigned code, std::string reason) override {
    closes.add({code, std::move(reason)});
  }
  std::function<void(std::string)> text;
  Record<std::pair<unsigned, std::string>> closes;
  model::web::Request in;
  Record<model::web::Response> responses;
  Record<std::string> chunks;
  Record<int> ended;
  std::function<void(bool)> written, closed;
  std::function<void()> writable;
  std::atomic<bool> full{false};
};

struct FakeKv final : KvPort {
  void get(std::string instance, std::string key, Done<KvValue> done) override {
    const auto it = rows.find(instance + "/" + key);
    done(it == rows.end() ? KvValue{} : it->second);
  }
  void put(std::string instance, std::string key, std::string value, base::TimePoint,
           uint64_t if_version, Done<uint64_t> done) override {
    auto& row = rows[instance + "/" + key];
    if (if_version != kAnyVersion && if_version != row.version)
      return done(base::fail(base::Code::conflict, "changed meanwhile"));
    row.value = std::move(value);
    done(++row.version);
  }
  void remove(std::string instance, std::string key, Done<bool> done) override {
    rows.erase(instance + "/" + key);
    done(true);
  }
  std::map<std::string, KvValue> rows;
};

struct FakeMetrics final : MetricsPort {
  base::Result<void> define(Kind, std::string name, std::string) override {
    defined.add(std::move(name));
    return {};
  }
  void record(const std::string& name, double value, const Labels& labels) override {
    std::string text = name;
    for (const auto& [k, v] : labels) text += " " + k + "=" + v;
    recorded.add(text + " " + std::to_string(static_cast<int>(value)));
  }
  Record<std::string> defined, recorded;
};

struct FakeSecrets final : SecretsPort {
  uint64_t watch(std::string name, Changed c) override {
    watched.add(name);
    changed = std::move(c);
    if (name == "gone")
      changed(base::fail(base::Code::not_found, "no such secret"));
    else
      changed(std::string{"s3cret"});
    return 8;
  }
  void unwatch(uint64_t handle) override { unwatched.add(handle); }
  Record<std::string> watched;
  Record<uint64_t> unwatched;
  Changed changed;
};

}  // namespace herald::plugin::testing
