#include "store/postgresql/store.hpp"

#include <thread>

#include "base/faults.hpp"
#include "store/history.hpp"
#include "store/postgresql/answers.hpp"
#include "store/postgresql/application.hpp"
#include "store/postgresql/delivery.hpp"
#include "store/postgresql/directory.hpp"
#include "store/postgresql/inbox.hpp"
#include "store/postgresql/journal.hpp"
#include "store/postgresql/kv.hpp"
#include "store/postgresql/listener.hpp"
#include "store/postgresql/membership.hpp"
#include "store/postgresql/move_state.hpp"
#include "store/postgresql/outbox.hpp"
#include "store/postgresql/schema.hpp"
#include "store/postgresql/session.hpp"
#include "store/postgresql/watchdog.hpp"
#include "store/postgresql/writer.hpp"

namespace herald::store::postgresql {
namespace {

using base::Code;
using base::fail;
using model::TimePoint;
using model::UserId;

constexpr unsigned kReaderThreads = 3;
/// A daemon that was killed may hold the store until the server has noticed.
constexpr std::chrono::seconds kTakePatience{5};
/// For so long a phone may be remembered as somebody's whom the application's table has.
constexpr std::chrono::seconds kApplicationLook{2};

// The requests that many share a transaction with: they work in memory.
struct AcceptBody {
  model::NewNotification request;
  void foresee(Foreseen& foreseen) const { foreseen.accepts.push_back(&request); }
  base::Result<Accepted> operator()(WriteState& s) const { return postgresql::accept(s, request); }
};
struct ApplyBody {
  Apply request;
  void foresee(Foreseen& foreseen) const { foreseen.applies.push_back(&request); }
  base::Result<Applied> operator()(WriteState& s) const { return postgresql::apply(s, request); }
};
struct SeenBody {
  InboxStore::Seen request;
  void foresee(Foreseen& foreseen) const { foreseen.seen.push_back(&request); }
  base::Result<std::vector<std::string>> operator()(WriteState& s) const {
    return s.inboxes.seen(s.db, request);
  }
};

struct TakeBody {
  int64_t row;
  model::NewNotification request;
  std::optional<model::event::Blocked> why;  ///< it is refused
  void foresee(Foreseen& foreseen) const {
    foreseen.outbox.push_back(row);
    foreseen.accepts.push_back(&request);
  }
  base::Result<Taken> operator()(WriteState& s) const {
    return why ? postgresql::take_refused(s, row, request, *why)
               : postgresql::take(s, row, request);
  }
};

/// Hands every request to the writer or the readers.
class PostgresqlStore final : public Store,
                              public PreviewStore,
                              public OutboxStore,
                              public NodeHost,
                              public HistoryStore {
 public:
  PostgresqlStore(Address address, Decide decide, const base::Clock& clock)
      : address_(std::move(address)), decide_(std::move(decide)), clock_(clock) {}
  ~PostgresqlStore() override { close(); }

  base::Result<void> start(const Options& options) {
    apply_settings(options);
    std::unique_ptr<Connection> connection;
    try {
      connection = connect(address_, watchdog_, Use::write);
    } catch (const SqlError& error) {
      return cannot_connect(address_, error);
    }
    try {
      if (auto checked = check_server(*connection, address_); !checked) return checked;
      if (auto checked = check_application(*connection, address_); !checked) return checked;
      const auto admitted = take_lock(*connection);
      if (!admitted) return admitted.error();
      if (auto moved = check_moved(*connection, address_); !moved) return moved;
      auto ready =
          *admitted == Admission::alone ? bring_up_to_date() : as_others_have_it(*connection);
      if (!ready) return ready;
      if (address_.lease) {
        if (*admitted == Admission::alone) share_store(*connection, address_);
        membership_ = std::make_unique<Membership>(address_, watchdog_, *connection);
      }
      epoch_.settle(*connection, address_.lease.get());
      auto state = std::make_unique<WriteState>(std::move(connection), settings_, decide_, clock_,
                                                address_.lease.get());
      readers_ =
          std::make_unique<Readers>(address_, watchdog_, kReaderThreads, options.queue, clock_);
      writer_ = std::make_unique<Writer>(address_, watchdog_, options.queue, settings_, decide_,
                                         clock_, epoch_, std::move(state));
    } catch (const SqlError& error) {
      if (error.kind() == SqlError::Kind::lost) return cannot_connect(address_, error);
      return fail(Code::invalid,
                  address_.shown + ", schema " + address_.schema + ": " + error.what() +
                      "; this role must own the schema, and nobody else may have changed it",
                  "storage.url");
    }
    return {};
  }

  // delivery
  void accept(model::NewNotification n, Done<Accepted> done) override {
    write<Accepted>(AcceptBody{std::move(n)}, std::move(done));
  }
  void preview(model::NewNotification n, Done<Preview> done) override {
    read<Preview>(
        [this, n = std::move(n)](ReadState& s) { return postgresql::preview(s, n, clock_.now()); },
        std::move(done));
  }
  void apply(Apply a, Done<Applied> done) override {
    write<Applied>(ApplyBody{std::move(a)}, std::move(done));
  }
  void due(DueQuery query, Done<std::vector<model::Notification>> done) override {
    look<std::vector<model::Notification>>(
        [query = std::move(query)](ReadState& s) { return postgresql::due(s, query); },
        std::move(done));
  }
  void next_due(TimePoint now, Done<TimePoint> done) override {
    look<TimePoint>([=](ReadState& s) { return postgresql::next_due(s, now); }, std::move(done));
  }
  void in_flight(std::string after, unsigned limit,
                 Done<std::vector<model::Notification>> done) override {
    read<std::vector<model::Notification>>(
        [after = std::move(after), limit](ReadState& s) {
          return postgresql::in_flight(s, after, limit);
        },
        std::move(done));
  }
  void find_attempt(AttemptLookup lookup, Done<FoundAttempt> done) override {
    look<FoundAttempt>([lookup = std::move(lookup)](
                           ReadState& s) { return postgresql::find_attempt(s.db, lookup); },
                       std::move(done));
  }
  void park_receipt(AttemptLookup lookup, model::event::Receipt receipt, TimePoint now,
                    Done<std::optional<FoundAttempt>> done) override {
    write<std::optional<FoundAttempt>>(
        [lookup = std::move(lookup), receipt = std::move(receipt), now](WriteState& s) {
          return postgresql::park_receipt(s, lookup, receipt, now);
        },
        std::move(done));
  }
  void rendering(std::string id, unsigned run, unsigned step,
                 Done<Apply::Rendering> done) override {
    look<Apply::Rendering>([id = std::move(id), run,
                            step](ReadState& s) { return postgresql::rendering(s, id, run, step); },
                           std::move(done));
  }
  void timeline(std::string id, Done<Timeline> done) override {
    read<Timeline>([id = std::move(id)](ReadState& s) { return postgresql::timeline(s, id); },
                   std::move(done));
  }
  void list(ListQuery query, Done<std::vector<model::Notification>> done) override {
    look<std::vector<model::Notification>>(
        [q = std::move(query)](ReadState& s) { return postgresql::list(s, q); }, std::move(done));
  }
  void counts(Done<Counts> done) override {
    look<Counts>([](ReadState& s) { return postgresql::counts(s); }, std::move(done));
  }

  // outbox
  void outbox(int64_t after, unsigned limit, Done<std::vector<OutboxRow>> done) override {
    look<std::vector<OutboxRow>>([=](ReadState& s) { return postgresql::outbox(s, after, limit); },
                                 std::move(done));
  }
  void take(int64_t row, model::NewNotification n, Done<Taken> done) override {
    write<Taken>(TakeBody{row, std::move(n), {}}, std::move(done));
  }
  void take_refused(int64_t row, model::NewNotification n, model::event::Blocked why,
                    Done<Taken> done) override {
    write<Taken>(TakeBody{row, std::move(n), std::move(why)}, std::move(done));
  }
  void on_outbox(std::function<void()> heard) override {
    listener_ = std::make_unique<Listener>(address_, watchdog_, Listener::Channel::outbox,
                                           [heard = std::move(heard)](const char*) { heard(); });
  }

  // gates
  void put_pause(Pause pause, Done<Nothing> done) override {
    write<Nothing>([p = std::move(pause)](WriteState& s) { return postgresql::put_pause(s, p); },
                   std::move(done));
  }
  void remove_pause(std::string channel, Done<Nothing> done) override {
    write<Nothing>(
        [c = std::move(channel)](WriteState& s) { return postgresql::remove_pause(s, c); },
        std::move(done));
  }
  void pauses(Done<std::vector<Pause>> done) override {
    look<std::vector<Pause>>([](ReadState& s) { return postgresql::pauses(s); }, std::move(done));
  }
  void paused_at(std::string channel, std::string after, unsigned limit,
                 Done<std::vector<model::Notification>> done) override {
    look<std::vector<model::Notification>>(
        [c = std::move(channel), a = std::move(after), limit](ReadState& s) {
          return postgresql::paused_at(s, c, a, limit);
        },
        std::move(done));
  }
  void waiting(Done<std::vector<int64_t>> done) override {
    look<std::vector<int64_t>>([](ReadState& s) { return postgresql::waiting(s); },
                               std::move(done));
  }
  void rows(std::vector<int64_t> handles, Done<std::vector<model::Notification>> done) override {
    look<std::vector<model::Notification>>(
        [h = std::move(handles)](ReadState& s) { return postgresql::rows(s, h); }, std::move(done));
  }
  void put_note(std::string name, std::string text, Done<Nothing> done) override {
    write<Nothing>([n = std::move(name),
                    t = std::move(text)](WriteState& s) { return postgresql::put_note(s, n, t); },
                   std::move(done));
  }
  void note(std::string name, Done<std::string> done) override {
    look<std::string>([n = std::move(name)](ReadState& s) { return postgresql::note(s, n); },
                      std::move(done));
  }

  // inbox
  void items(model::ItemQuery query, Done<model::ItemPage> done) override {
    read<model::ItemPage>([q = std::move(query)](ReadState& s) { return postgresql::items(s, q); },
                          std::move(done));
  }
  void seen(Seen request, Done<std::vector<std::string>> done) override {
    write<std::vector<std::string>>(SeenBody{std::move(request)}, std::move(done));
  }
  void clear(UserId user, int64_t up_to_seq, Done<std::vector<std::string>> done) override {
    write<std::vector<std::string>>(
        [=](WriteState& s) {
          return base::Result<std::vector<std::string>>{s.inboxes.clear(s.db, user, up_to_seq)};
        },
        std::move(done));
  }

  // answers
  void questions(UserId user, TimePoint since, Done<std::vector<Question>> done) override {
    read<std::vector<Question>>([=](ReadState& s) { return postgresql::questions(s, user, since); },
                                std::move(done));
  }
  void question(std::string id, Done<Question> done) override {
    read<Question>([id = std::move(id)](ReadState& s) { return postgresql::question(s, id); },
                   std::move(done));
  }

  // directory
  void put_user(User user, Done<User> done) override {
    write<User>([u = std::move(user)](WriteState& s) { return postgresql::put_user(s, u); },
                telling_of_people<User>(std::move(done)));
  }
  void user(UserId id, Done<User> done) override {
    read<User>([this, id](ReadState& s) { return postgresql::user(s.db, id, clock_.now()); },
               std::move(done));
  }
  void resolve(model::Identity identity, Done<UserId> done) override {
    read<UserId>([i = std::move(identity)](
                     ReadState& s) { return base::Result<UserId>{postgresql::resolve(s.db, i)}; },
                 std::move(done));
  }
  void learn(model::Identity known, model::Identity also, Done<Nothing> done) override {
    write<Nothing>([k = std::move(known),
                    a = std::move(also)](WriteState& s) { return postgresql::learn(s, k, a); },
                   telling_of_people<Nothing>(std::move(done)));
  }
  void mark(model::Identity identity, std::string what, TimePoint until,
            Done<Nothing> done) override {
    write<Nothing>([i = std::move(identity), w = std::move(what),
                    until](WriteState& s) { return postgresql::mark(s, i, w, until); },
                   std::move(done));
  }

  // key-value, tokens
  void kv_get(std::string instance, std::string key, Done<KvEntry> done) override {
    look<KvEntry>(
        [this, i = std::move(instance), k = std::move(key)](ReadState& s) {
          return base::Result<KvEntry>{postgresql::kv_get(s.db, i, k, clock_.now())};
        },
        std::move(done));
  }
  void kv_put(std::string instance, std::string key, std::string value, TimePoint expires,
              uint64_t if_version, Done<uint64_t> done) override {
    write<uint64_t>(
        [i = std::move(instance), k = std::move(key), v = std::move(value), expires,
         if_version](WriteState& s) { return postgresql::kv_put(s, i, k, v, expires, if_version); },
        std::move(done));
  }
  void kv_remove(std::string instance, std::string key, Done<Nothing> done) override {
    write<Nothing>([i = std::move(instance),
                    k = std::move(key)](WriteState& s) { return postgresql::kv_remove(s, i, k); },
                   std::move(done));
  }
  void put_token(ServiceToken token, Done<Nothing> done) override {
    write<Nothing>([t = std::move(token)](WriteState& s) { return postgresql::put_token(s, t); },
                   std::move(done));
  }
  void revoke_token(std::string name, Done<Nothing> done) override {
    write<Nothing>([n = std::move(name)](WriteState& s) { return postgresql::revoke_token(s, n); },
                   std::move(done));
  }
  void tokens(Done<std::vector<ServiceToken>> done) override {
    look<std::vector<ServiceToken>>([](ReadState& s) { return postgresql::tokens(s); },
                                    std::move(done));
  }
  void revoke_user(RevokedTokens revoked, Done<Nothing> done) override {
    write<Nothing>([=](WriteState& s) { return postgresql::revoke_user(s, revoked); },
                   std::move(done));
  }
  void revoked_users(Done<std::vector<RevokedTokens>> done) override {
    look<std::vector<RevokedTokens>>([](ReadState& s) { return postgresql::revoked_users(s); },
                                     std::move(done));
  }

  // journal
  void journal(JournalQuery query, Done<JournalPage> done) override {
    read<JournalPage>([q = std::move(query)](ReadState& s) { return postgresql::journal(s.db, q); },
                      std::move(done));
  }
  void open_webhook(std::string name, std::string url, Done<Webhook> done) override {
    write<Webhook>([n = std::move(name), u = std::move(url)](
                       WriteState& s) { return postgresql::open_webhook(s, n, u); },
                   std::move(done));
  }
  void remove_webhook(std::string name, Done<uint64_t> done) override {
    write<uint64_t>(
        [n = std::move(name)](WriteState& s) { return postgresql::remove_webhook(s, n); },
        std::move(done));
  }
  void webhooks(Done<std::vector<Webhook>> done) override {
    look<std::vector<Webhook>>([](ReadState& s) { return postgresql::webhooks(s); },
                               std::move(done));
  }
  void settle(Settlement settlement, Done<Nothing> done) override {
    write<Nothing>([s = std::move(settlement)](WriteState& w) { return postgresql::settle(w, s); },
                   std::move(done));
  }
  void webhook_due(std::string name, TimePoint now, unsigned limit, Done<Due> done) override {
    read<Due>([n = std::move(name), now,
               limit](ReadState& s) { return postgresql::webhook_due(s, n, now, limit); },
              std::move(done));
  }
  void webhook_messages(std::string name, bool dead, uint64_t after, unsigned limit,
                        Done<std::vector<WebhookMessage>> done) override {
    look<std::vector<WebhookMessage>>(
        [n = std::move(name), dead, after, limit](ReadState& s) {
          return postgresql::webhook_messages(s, n, dead, after, limit);
        },
        std::move(done));
  }
  void redeliver(std::string name, std::string message, TimePoint now,
                 Done<uint64_t> done) override {
    write<uint64_t>([n = std::move(name), m = std::move(message),
                     now](WriteState& s) { return postgresql::redeliver(s, n, m, now); },
                    std::move(done));
  }

  // the whole
  void reconfigure(const Options& options) override { apply_settings(options); }
  Health health() const override { return writer_->health(); }
  uint64_t history() const override {
    auto history = address_.line->timeline();
    if (membership_) history += membership_->people_changes();
    // An application changes its own table without a word.
    if (!address_.users.empty())
      history += static_cast<uint64_t>(clock_.mono().time_since_epoch() / kApplicationLook);
    return history;
  }
  uint64_t losses() const override { return epoch_.losses(); }
  void close() override {
    listener_.reset();
    // The writer first: its answers may ask the readers, not the other way round.
    if (writer_) writer_->stop();
    if (readers_) readers_->stop();
    if (membership_) membership_->stop();
  }
  NodeStore* node() override { return membership_.get(); }

 private:
  base::Result<Admission> take_lock(Connection& db) {
    const auto until = std::chrono::steady_clock::now() + kTakePatience;
    for (;;) {
      const auto admitted = take_to_start(db, address_);
      if (admitted == Admission::alone || admitted == Admission::shared) return admitted;
      if (std::chrono::steady_clock::now() > until) return in_use(admitted);
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
  }
  base::Error in_use(Admission admission) const {
    const auto where = "schema " + address_.schema + " in " + address_.shown;
    if (admission == Admission::name_used)
      return fail(Code::unavailable,
                  where + " has a node " + address_.lease->options().name +
                      " already, which runs; give this one another name in store.node",
                  "store.node");
    if (address_.lease)
      return fail(Code::unavailable,
                  where +
                      " is in use by a heraldd that is alone on it; set store.nodes: true there "
                      "too and restart it, or give this one its own store.schema",
                  "storage.url");
    return fail(Code::unavailable,
                where +
                    " is in use by another heraldd; stop it first, give this one its own "
                    "store.schema, or set store.nodes: true in both",
                "storage.url");
  }
  base::Result<void> bring_up_to_date() {
    const auto migrating = connect(address_, watchdog_, Use::migrate);
    auto migrated = migrate(*migrating, address_, base::unix_us(clock_.now()));
    if (!migrated) return migrated;
    return adopt_application(*migrating, address_);
  }
  /// Other nodes run: what they rely on is not changed.
  base::Result<void> as_others_have_it(Connection& db) const {
    auto checked = check_schema(db, address_);
    if (checked) return checked;
    auto error = checked.error();
    error.message += "; other nodes use it as it is, stop them first";
    return error;
  }
  /// Other nodes may remember whose an identity was.
  template <class T>
  Done<T> telling_of_people(Done<T> done) {
    if (!membership_) return done;
    return [this, done = std::move(done)](base::Result<T> result) {
      if (result) membership_->tell({Word::Kind::people, {}, 0});
      done(std::move(result));
    };
  }
  template <class T, class Body>
  void write(Body body, Done<T> done) {
    writer_->submit<T>(std::move(body), std::move(done));
  }
  /// Several statements about the same moment.
  template <class T, class Body>
  void read(Body body, Done<T> done) {
    readers_->submit<T>(Sees::moment, std::move(body), std::move(done));
  }
  /// One statement.
  template <class T, class Body>
  void look(Body body, Done<T> done) {
    readers_->submit<T>(Sees::statement, std::move(body), std::move(done));
  }
  void apply_settings(const Options& options) {
    settings_.keep = options.inbox_keep;
    settings_.backlog = options.backlog;
    settings_.journal = options.journal;
    settings_.keep_ended = options.keep_ended;
  }

  const Address address_;
  const Decide decide_;
  const base::Clock& clock_;
  Settings settings_;
  InboxEpoch epoch_;
  Watchdog watchdog_;  // outlives every connection
  std::unique_ptr<Readers> readers_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Membership> membership_;
};

}  // namespace

base::Result<std::unique_ptr<Store>> open(const Options& options, const Server& server,
                                          Decide decide, const base::Clock& clock) {
  auto address = address_of(options.url, server);
  if (!address) return address.error();
  auto store = std::make_unique<PostgresqlStore>(std::move(*address), std::move(decide), clock);
  if (const auto started = store->start(options); !started) return started.error();
  return std::unique_ptr<Store>{std::move(store)};
}

}  // namespace herald::store::postgresql
