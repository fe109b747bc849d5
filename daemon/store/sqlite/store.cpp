#include "store/sqlite/store.hpp"

#include <thread>

#include "base/faults.hpp"
#include "store/sqlite/answers.hpp"
#include "store/sqlite/delivery.hpp"
#include "store/sqlite/directory.hpp"
#include "store/sqlite/file.hpp"
#include "store/sqlite/gates.hpp"
#include "store/sqlite/inbox.hpp"
#include "store/sqlite/journal.hpp"
#include "store/sqlite/kv.hpp"
#include "store/sqlite/preview.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/writer.hpp"

namespace herald::store::sqlite {
namespace {

using base::Code;
using base::fail;
using model::TimePoint;
using model::UserId;

constexpr unsigned kReaderThreads = 2;

/// Hands every request to the writer or the readers.
class SqliteStore final : public Store, public PreviewStore {
 public:
  SqliteStore(FileLock lock, Decide decide, const base::Clock& clock, std::optional<Turns> turns)
      : lock_(std::move(lock)), decide_(std::move(decide)), clock_(clock), turns_(turns) {}
  ~SqliteStore() override {
    if (!turns_) close();
  }

  base::Result<void> start(const Options& options, const std::string& path) {
    apply_settings(options);
    try {
      auto state = std::make_unique<WriteState>(path, settings_, decide_, clock_);
      if (auto checked = check_pragmas(state->db, path); !checked) return checked;
      if (auto migrated = migrate(state->db, path, base::unix_us(clock_.now())); !migrated)
        return migrated;
      epoch_ = inbox_epoch(state->db, path);
      readers_ = std::make_unique<Readers>(path, kReaderThreads, options.queue,
                                           turns_ ? &turns_->reads : nullptr);
      writer_ =
          std::make_unique<Writer>(path, options.queue, settings_, decide_, clock_,
                                   std::move(state), *readers_, turns_ ? &turns_->writes : nullptr);
    } catch (const SqlError& error) {
      const bool busy = (error.code() & 0xff) == 5;  // SQLITE_BUSY
      return fail(busy ? Code::unavailable : Code::invalid,
                  path + ": " + error.what() +
                      (busy ? "; another program has the file open, stop it first"
                            : "; it must be a healthy SQLite database that the daemon may write"),
                  "storage.url");
    }
    return {};
  }

  // delivery
  void accept(model::NewNotification n, Done<Accepted> done) override {
    write<Accepted>([n = std::move(n)](WriteState& s) { return sqlite::accept(s, n); },
                    std::move(done));
  }
  void preview(model::NewNotification n, Done<Preview> done) override {
    read<Preview>(
        [this, n = std::move(n)](ReadState& s) { return sqlite::preview(s, n, clock_.now()); },
        std::move(done));
  }
  void apply(Apply a, Done<Applied> done) override {
    write<Applied>([a = std::move(a)](WriteState& s) { return sqlite::apply(s, a); },
                   std::move(done));
  }
  void due(DueQuery query, Done<std::vector<model::Notification>> done) override {
    read<std::vector<model::Notification>>(
        [query = std::move(query)](ReadState& s) { return sqlite::due(s, query); },
        std::move(done));
  }
  void next_due(TimePoint now, Done<TimePoint> done) override {
    read<TimePoint>([=](ReadState& s) { return sqlite::next_due(s, now); }, std::move(done));
  }
  void in_flight(std::string after, unsigned limit,
                 Done<std::vector<model::Notification>> done) override {
    read<std::vector<model::Notification>>(
        [after = std::move(after), limit](ReadState& s) {
          return sqlite::in_flight(s, after, limit);
        },
        std::move(done));
  }
  void find_attempt(AttemptLookup lookup, Done<FoundAttempt> done) override {
    read<FoundAttempt>(
        [lookup = std::move(lookup)](ReadState& s) { return sqlite::find_attempt(s.db, lookup); },
        std::move(done));
  }
  void park_receipt(AttemptLookup lookup, model::event::Receipt receipt, TimePoint now,
                    Done<std::optional<FoundAttempt>> done) override {
    write<std::optional<FoundAttempt>>(
        [lookup = std::move(lookup), receipt = std::move(receipt), now](WriteState& s) {
          return sqlite::park_receipt(s, lookup, receipt, now);
        },
        std::move(done));
  }
  void rendering(std::string id, unsigned run, unsigned step,
                 Done<Apply::Rendering> done) override {
    read<Apply::Rendering>([id = std::move(id), run,
                            step](ReadState& s) { return sqlite::rendering(s, id, run, step); },
                           std::move(done));
  }
  void timeline(std::string id, Done<Timeline> done) override {
    read<Timeline>([id = std::move(id)](ReadState& s) { return sqlite::timeline(s, id); },
                   std::move(done));
  }
  void list(ListQuery query, Done<std::vector<model::Notification>> done) override {
    read<std::vector<model::Notification>>(
        [q = std::move(query)](ReadState& s) { return sqlite::list(s, q); }, std::move(done));
  }
  void counts(Done<Counts> done) override {
    read<Counts>([](ReadState& s) { return sqlite::counts(s); }, std::move(done));
  }

  // gates
  void put_pause(Pause pause, Done<Nothing> done) override {
    write<Nothing>([p = std::move(pause)](WriteState& s) { return sqlite::put_pause(s, p); },
                   std::move(done));
  }
  void remove_pause(std::string channel, Done<Nothing> done) override {
    write<Nothing>([c = std::move(channel)](WriteState& s) { return sqlite::remove_pause(s, c); },
                   std::move(done));
  }
  void pauses(Done<std::vector<Pause>> done) override {
    read<std::vector<Pause>>([](ReadState& s) { return sqlite::pauses(s); }, std::move(done));
  }
  void paused_at(std::string channel, std::string after, unsigned limit,
                 Done<std::vector<model::Notification>> done) override {
    read<std::vector<model::Notification>>(
        [c = std::move(channel), a = std::move(after), limit](ReadState& s) {
          return sqlite::paused_at(s, c, a, limit);
        },
        std::move(done));
  }
  void waiting(Done<std::vector<int64_t>> done) override {
    read<std::vector<int64_t>>([](ReadState& s) { return sqlite::waiting(s); }, std::move(done));
  }
  void rows(std::vector<int64_t> handles, Done<std::vector<model::Notification>> done) override {
    read<std::vector<model::Notification>>(
        [h = std::move(handles)](ReadState& s) { return sqlite::rows(s, h); }, std::move(done));
  }
  void put_note(std::string name, std::string text, Done<Nothing> done) override {
    write<Nothing>([n = std::move(name),
                    t = std::move(text)](WriteState& s) { return sqlite::put_note(s, n, t); },
                   std::move(done));
  }
  void note(std::string name, Done<std::string> done) override {
    read<std::string>([n = std::move(name)](ReadState& s) { return sqlite::note(s, n); },
                      std::move(done));
  }

  // inbox
  void items(model::ItemQuery query, Done<model::ItemPage> done) override {
    read<model::ItemPage>(
        [q = std::move(query), epoch = epoch_](ReadState& s) {
          auto page = sqlite::items(s, q);
          if (page) page->epoch = epoch;
          return page;
        },
        std::move(done));
  }
  void seen(Seen request, Done<std::vector<std::string>> done) override {
    write<std::vector<std::string>>(
        [r = std::move(request)](WriteState& s) { return sqlite::seen(s, r); }, std::move(done));
  }
  void clear(UserId user, int64_t up_to_seq, Done<std::vector<std::string>> done) override {
    write<std::vector<std::string>>(
        [=](WriteState& s) { return sqlite::clear(s, user, up_to_seq); }, std::move(done));
  }

  // answers
  void questions(UserId user, TimePoint since, Done<std::vector<Question>> done) override {
    read<std::vector<Question>>([=](ReadState& s) { return sqlite::questions(s, user, since); },
                                std::move(done));
  }
  void question(std::string id, Done<Question> done) override {
    read<Question>([id = std::move(id)](ReadState& s) { return sqlite::question(s, id); },
                   std::move(done));
  }

  // directory
  void put_user(User user, Done<User> done) override {
    write<User>([u = std::move(user)](WriteState& s) { return sqlite::put_user(s, u); },
                std::move(done));
  }
  void user(UserId id, Done<User> done) override {
    read<User>([this, id](ReadState& s) { return sqlite::user(s.db, id, clock_.now()); },
               std::move(done));
  }
  void resolve(model::Identity identity, Done<UserId> done) override {
    read<UserId>([i = std::move(identity)](
                     ReadState& s) { return base::Result<UserId>{sqlite::resolve(s.db, i)}; },
                 std::move(done));
  }
  void learn(model::Identity known, model::Identity also, Done<Nothing> done) override {
    write<Nothing>([k = std::move(known),
                    a = std::move(also)](WriteState& s) { return sqlite::learn(s, k, a); },
                   std::move(done));
  }
  void mark(model::Identity identity, std::string what, TimePoint until,
            Done<Nothing> done) override {
    write<Nothing>([i = std::move(identity), w = std::move(what),
                    until](WriteState& s) { return sqlite::mark(s, i, w, until); },
                   std::move(done));
  }

  // key-value, tokens
  void kv_get(std::string instance, std::string key, Done<KvEntry> done) override {
    read<KvEntry>(
        [this, i = std::move(instance), k = std::move(key)](ReadState& s) {
          return base::Result<KvEntry>{sqlite::kv_get(s.db, i, k, clock_.now())};
        },
        std::move(done));
  }
  void kv_put(std::string instance, std::string key, std::string value, TimePoint expires,
              uint64_t if_version, Done<uint64_t> done) override {
    write<uint64_t>(
        [i = std::move(instance), k = std::move(key), v = std::move(value), expires,
         if_version](WriteState& s) { return sqlite::kv_put(s, i, k, v, expires, if_version); },
        std::move(done));
  }
  void kv_remove(std::string instance, std::string key, Done<Nothing> done) override {
    write<Nothing>([i = std::move(instance),
                    k = std::move(key)](WriteState& s) { return sqlite::kv_remove(s, i, k); },
                   std::move(done));
  }
  void put_token(ServiceToken token, Done<Nothing> done) override {
    write<Nothing>([t = std::move(token)](WriteState& s) { return sqlite::put_token(s, t); },
                   std::move(done));
  }
  void revoke_token(std::string name, Done<Nothing> done) override {
    write<Nothing>([n = std::move(name)](WriteState& s) { return sqlite::revoke_token(s, n); },
                   std::move(done));
  }
  void tokens(Done<std::vector<ServiceToken>> done) override {
    read<std::vector<ServiceToken>>([](ReadState& s) { return sqlite::tokens(s); },
                                    std::move(done));
  }
  void revoke_user(RevokedTokens revoked, Done<Nothing> done) override {
    write<Nothing>([=](WriteState& s) { return sqlite::revoke_user(s, revoked); }, std::move(done));
  }
  void revoked_users(Done<std::vector<RevokedTokens>> done) override {
    read<std::vector<RevokedTokens>>([](ReadState& s) { return sqlite::revoked_users(s); },
                                     std::move(done));
  }

  // journal
  void journal(JournalQuery query, Done<JournalPage> done) override {
    if (HERALD_MUTANT("webhook_before_commit")) return journal_too_early(query, done);
    read<JournalPage>([q = std::move(query)](ReadState& s) { return sqlite::journal(s.db, q); },
                      std::move(done));
  }
  void open_webhook(std::string name, std::string url, Done<Webhook> done) override {
    write<Webhook>([n = std::move(name),
                    u = std::move(url)](WriteState& s) { return sqlite::open_webhook(s, n, u); },
                   std::move(done));
  }
  void remove_webhook(std::string name, Done<uint64_t> done) override {
    write<uint64_t>([n = std::move(name)](WriteState& s) { return sqlite::remove_webhook(s, n); },
                    std::move(done));
  }
  void webhooks(Done<std::vector<Webhook>> done) override {
    read<std::vector<Webhook>>([](ReadState& s) { return sqlite::webhooks(s); }, std::move(done));
  }
  void settle(Settlement settlement, Done<Nothing> done) override {
    write<Nothing>([s = std::move(settlement)](WriteState& w) { return sqlite::settle(w, s); },
                   std::move(done));
  }
  void webhook_due(std::string name, TimePoint now, unsigned limit, Done<Due> done) override {
    read<Due>([n = std::move(name), now,
               limit](ReadState& s) { return sqlite::webhook_due(s, n, now, limit); },
              std::move(done));
  }
  void webhook_messages(std::string name, bool dead, uint64_t after, unsigned limit,
                        Done<std::vector<WebhookMessage>> done) override {
    read<std::vector<WebhookMessage>>(
        [n = std::move(name), dead, after, limit](ReadState& s) {
          return sqlite::webhook_messages(s, n, dead, after, limit);
        },
        std::move(done));
  }
  void redeliver(std::string name, std::string message, TimePoint now,
                 Done<uint64_t> done) override {
    write<uint64_t>([n = std::move(name), m = std::move(message),
                     now](WriteState& s) { return sqlite::redeliver(s, n, m, now); },
                    std::move(done));
  }

  // the whole
  void reconfigure(const Options& options) override { apply_settings(options); }
  Health health() const override { return writer_->health(); }
  void close() override {
    // The writer first: its answers may ask the readers, not the other way round.
    if (writer_) writer_->stop();
    if (readers_) readers_->stop();
    if (writer_) writer_->finish();
  }

 private:
  /// The defect that a checker must see: looks again and again, from inside the transactions that
  /// bring entries, and answers before their commit, which then takes its time.
  void journal_too_early(const JournalQuery& query, const Done<JournalPage>& done) {
    write<bool>(
        [query, done](WriteState& s) {
          auto page = sqlite::journal(s.db, query);
          const bool told = !page || !page->entries.empty() || query.scan == 0;
          if (told) done(std::move(page));
          std::this_thread::sleep_for(std::chrono::milliseconds{told ? 200 : 1});
          if (told) HERALD_POINT("store.told_too_early");
          return base::Result<bool>{told};
        },
        [this, query, done](const base::Result<bool>& told) {
          if (!told)
            done(told.error());
          else if (!*told)
            journal_too_early(query, done);
        });
  }

  template <class T, class Body>
  void write(Body body, Done<T> done) {
    writer_->submit<T>(std::move(body), std::move(done));
  }
  template <class T, class Body>
  void read(Body body, Done<T> done) {
    readers_->submit<T>(std::move(body), std::move(done));
  }
  void apply_settings(const Options& options) {
    settings_.keep = options.inbox_keep;
    settings_.backlog = options.backlog;
    settings_.journal = options.journal;
    settings_.keep_ended = options.keep_ended;
    settings_.max_bytes = options.max_bytes;
  }

  const FileLock lock_;
  const Decide decide_;
  const base::Clock& clock_;
  const std::optional<Turns> turns_;
  Settings settings_;
  uint64_t epoch_ = 0;  // since start()
  std::unique_ptr<Readers> readers_;
  std::unique_ptr<Writer> writer_;
};

base::Result<std::unique_ptr<Store>> open_with(const Options& options, Decide decide,
                                               const base::Clock& clock,
                                               std::optional<Turns> turns) {
  const auto path = path_of(options.url);
  if (!path) return path.error();
  auto lock = FileLock::take(*path);
  if (!lock) return lock.error();
  if (const auto created = create_private(*path); !created) return created.error();
  auto store = std::make_unique<SqliteStore>(std::move(*lock), std::move(decide), clock, turns);
  if (const auto started = store->start(options, *path); !started) return started.error();
  return std::unique_ptr<Store>{std::move(store)};
}

}  // namespace

base::Result<std::unique_ptr<Store>> open(const Options& options, Decide decide,
                                          const base::Clock& clock) {
  return open_with(options, std::move(decide), clock, std::nullopt);
}

base::Result<std::unique_ptr<Store>> open_inline(const Options& options, Decide decide,
                                                 const base::Clock& clock, Turns turns) {
  return open_with(options, std::move(decide), clock, turns);
}

}  // namespace herald::store::sqlite
