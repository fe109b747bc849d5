// store: durable storage of everything Herald keeps, as one interface with one conformance suite
// over its implementations. Calls may come from any thread; answers come on a thread of the store
// and must only hand over (post) and return. Never calls a plugin, never decides anything itself:
// the state machine is given to it as a pure function.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/event.hpp"
#include "model/inbox.hpp"
#include "model/notification.hpp"
#include "store/done.hpp"
#include "store/journal.hpp"

namespace herald::store {

/// delivery::decide, injected: the store knows no room beside it.
using Decide = std::function<model::Decision(const model::Progress&, const model::Event&,
                                             const model::Chain&, model::TimePoint)>;

// ------------------------------------------------------------------ delivery

struct Accepted {
  std::string id;
  bool repeated = false;  ///< idempotency or dedupe key was met before: `id` is the first one,
                          ///< nothing was written
  model::Notification notification;  ///< as stored; only when not repeated
};

/// Events for one notification, decided and written in one transaction, with an inbox item when
/// given. Where they make an attempt or its provider id known, receipts parked under it follow;
/// where they withdraw the inbox item, it leaves the list; where they bring the person's answer, it
/// stands in `answers`, and in the item, which is read then.
struct Apply {
  std::string id;
  std::vector<model::Event> events;
  std::optional<model::NewItem>
      append;  ///< appended before the events are decided; repeated append writes nothing
  model::ChainPtr new_chain;  ///< redrive: when it begins a new run, decides from then on and
                              ///< replaces the chain
  /// What was rendered for a step (R15), stored in the same transaction so that retries, also after
  /// a restart, reuse it.
  struct Rendering {
    unsigned run = 1, step = 0;
    std::string version, json;
  };
  std::optional<Rendering> rendering;
  /// What the person is asked with this. The first time counts: later ones change nothing.
  std::vector<model::Action> asks;
  /// Wall minus monotonic clock as the caller knows them. Was the wall clock set by kClockSet or
  /// more while the request waited, then nothing is written and the answer is conflict: the caller
  /// has to tell of that first.
  std::optional<model::Duration> clock_offset;
  /// Notification::seq as the caller knows it. Is the stored one another, then nothing is written
  /// and the answer is `stale`. So a caller whose commit was in doubt can repeat the request:
  /// either it is done now, or the answer tells that it had been.
  std::optional<int64_t> after_seq;
  static constexpr model::Duration kClockSet{std::chrono::milliseconds{250}};
};
struct Applied {
  bool stale = false;  ///< `after_seq` was another: `notification` is as stored, the rest is empty
  bool by_others =
      false;  ///< stale, and the request's events are not among what was recorded since
  model::Notification notification;  ///< after all events
  model::State before = model::State::queued;
  model::Evidence evidence_before = model::Evidence::none;
  std::vector<model::Effect> effects;
  std::optional<model::Item> item;  ///< the appended (or first) item
  /// Notifications whose unread item the append pushed out of the list (inbox.keep): they get
  /// Blocked{evicted}.
  std::vector<std::string> evicted;
  /// Receipts that had been parked for an attempt of this notification: decided after the request's
  /// events, and gone from the parking place, in the same transaction.
  std::vector<model::Event> parked;
  std::size_t attempts_before = 0;
  model::UserId withdrawn = 0;  ///< whose inbox lost the item (R12); 0: nobody's
  model::UserId answered = 0;   ///< in whose inbox the item shows an answer now; 0: nobody's
};

/// Names an attempt by what a provider knows: provider id, or else attempt id.
struct AttemptLookup {
  std::string channel;      ///< provider ids are unique per channel only
  std::string provider_id;  ///< or
  std::string attempt_id;
};

/// A notification's id and an attempt of it.
using FoundAttempt = std::pair<std::string, model::AttemptRef>;

struct ListQuery {
  std::optional<model::State> state;
  std::string kind;                              ///< exact, or a prefix ending in ".*"; empty: all
  model::UserId user = 0;                        ///< 0: all
  std::optional<model::TimePoint> since, until;  ///< created; `until` itself is outside
  std::string before_id;                         ///< page: only ids below this one (newest first)
  unsigned limit = 50;
};

struct Timeline {
  model::Notification notification;
  std::vector<model::TimelineEntry> entries;
  std::vector<model::ChainPtr> chains;  ///< by run; the last is the present one
  bool has_conversation_row = false;
};

struct Counts {
  uint64_t by_state[9] = {};
  uint64_t backlog = 0;  ///< not ended
};

struct DueQuery {
  model::TimePoint now{};
  unsigned limit = 0;               ///< notifications at most
  std::vector<std::string> held{};  ///< ids of those that the asker has; they are left out
};

class DeliveryStore {
 public:
  virtual ~DeliveryStore() = default;
  /// Durable insert. Errors: not_found (unknown recipient), unprocessable (idempotency key with
  /// another body), unavailable (queue or backlog full, disk full). Resolves `to` and creates the
  /// user when asked, in the same transaction.
  virtual void accept(model::NewNotification, Done<Accepted>) = 0;
  /// Loads, decides, writes. Errors: not_found, conflict (see clock_offset), unavailable: then it
  /// may have been written all the same (after_seq). Never partially applied.
  virtual void apply(Apply, Done<Applied>) = 0;
  /// Notifications whose due time is <= now, by priority then age.
  virtual void due(DueQuery, Done<std::vector<model::Notification>>) = 0;
  /// The earliest due time after `now`, or TimePoint::max().
  virtual void next_due(model::TimePoint now, Done<model::TimePoint>) = 0;
  /// Notifications that owe a plugin's answer: an attempt in flight, or a question about one. What
  /// a restart has to declare lost (R6, R13). In pages by id.
  virtual void in_flight(std::string after_id, unsigned limit,
                         Done<std::vector<model::Notification>>) = 0;
  /// Which notification and attempt; not_found when no such provider id is known on that channel.
  virtual void find_attempt(AttemptLookup, Done<FoundAttempt>) = 0;
  /// Keeps a receipt whose attempt is not known yet for 24 h: apply() decides it as soon as the
  /// attempt is. Gives the attempt, and keeps nothing, when it is known by now. What was parked
  /// under the id of an attempt goes, unless it says `failed`, to whichever attempt of that
  /// notification on that channel becomes known first. limited beyond 16 receipts for one id.
  virtual void park_receipt(AttemptLookup, model::event::Receipt, model::TimePoint now,
                            Done<std::optional<FoundAttempt>>) = 0;
  /// The stored rendering of a step; json empty when there is none.
  virtual void rendering(std::string id, unsigned run, unsigned step, Done<Apply::Rendering>) = 0;
  virtual void timeline(std::string id, Done<Timeline>) = 0;
  virtual void list(ListQuery, Done<std::vector<model::Notification>>) = 0;
  virtual void counts(Done<Counts>) = 0;
};

// ------------------------------------------------------------------ gates

/// A channel that people have stopped: nothing is sent on it until they let it go on.
struct Pause {
  std::string channel, reason, by;
  model::TimePoint since{};
};

/// What the dispatcher needs to open gates and to follow a clock that was set.
class GateStore {
 public:
  virtual ~GateStore() = default;
  /// Durable; a second pause of a channel replaces the first.
  virtual void put_pause(Pause, Done<Nothing>) = 0;
  /// not_found when the channel is not paused.
  virtual void remove_pause(std::string channel, Done<Nothing>) = 0;
  virtual void pauses(Done<std::vector<Pause>>) = 0;
  /// Notifications whose current step waits, `paused`, for that channel; by id, in pages.
  virtual void paused_at(std::string channel, std::string after_id, unsigned limit,
                         Done<std::vector<model::Notification>>) = 0;
  /// Everything that still waits for a time, as handles for rows(), soonest due first within each
  /// priority. Eight bytes each.
  virtual void waiting(Done<std::vector<int64_t>>) = 0;
  /// The notifications of some handles; one that is gone is left out.
  virtual void rows(std::vector<int64_t> handles, Done<std::vector<model::Notification>>) = 0;
  /// A short text kept under a name for the daemon itself; empty when there is none.
  virtual void put_note(std::string name, std::string text, Done<Nothing>) = 0;
  virtual void note(std::string name, Done<std::string>) = 0;
};

// ------------------------------------------------------------------ inbox

class InboxStore {
 public:
  virtual ~InboxStore() = default;
  /// The answer's `epoch` is the store's own: it changes when the sequences may have begun anew.
  virtual void items(model::ItemQuery, Done<model::ItemPage>) = 0;
  /// Marks items of that user as returned (delivered) or read. Gives the ids of the notifications
  /// concerned by a change or already at that level; not_found when one id is not an item of that
  /// user (then nothing is changed). `ids` are item ids; `notifications` are herald ids, for
  /// clients that send those.
  struct Seen {
    model::UserId user = 0;
    std::vector<int64_t> ids;
    std::vector<std::string> notifications;
    model::Evidence level = model::Evidence::delivered;  ///< delivered or read
  };
  virtual void seen(Seen, Done<std::vector<std::string>>) = 0;
  /// Empties the active list up to a sequence (0: all). Items that had been returned become read
  /// and their notifications are given back.
  virtual void clear(model::UserId user, int64_t up_to_seq, Done<std::vector<std::string>>) = 0;
};

// ------------------------------------------------------------------ answers

/// Something that a person was asked. Whether it still can be answered, and what they said, is the
/// notification's progress.
struct Question {
  model::Notification notification;
  std::vector<model::Action> actions;  ///< as first asked
};

/// Written by apply(): a question with Apply::asks, its answer with event::Answered.
class AnswerStore {
 public:
  virtual ~AnswerStore() = default;
  static constexpr unsigned kMostQuestions = 64;
  /// What that person was asked and has not answered (its time may be over), and what they answered
  /// at `since` or later; at most kMostQuestions of each, the newest.
  virtual void questions(model::UserId user, model::TimePoint since,
                         Done<std::vector<Question>>) = 0;
  /// Without actions when that notification asks nothing, or nobody was asked yet; not_found.
  virtual void question(std::string id, Done<Question>) = 0;
};

// ------------------------------------------------------------------ directory

/// What is known of reaching somebody by an identity; only facts that hold now.
struct IdentityState {
  model::Identity identity;
  std::string state;         ///< reachable, unreachable, opted_in, opted_out
  model::TimePoint until{};  ///< epoch: for good
};

struct User {
  model::UserId id = 0;
  std::string name;
  /// Recipients whom the application does not keep in its `users` (service providers): they get an
  /// inbox, but no `conversations` row (webchat-api).
  bool provider = false;
  std::vector<model::Identity> identities;
  model::TimePoint created{};
  std::vector<IdentityState> states;  ///< answered by user(); put_user does not look at it
  std::string time_zone;              ///< IANA name, for quiet hours; empty: the configured one
};

class DirectoryStore {
 public:
  virtual ~DirectoryStore() = default;
  /// Creates a user (id 0: the store gives one below 100,000,000) or adds identities to an existing
  /// one. conflict when an identity belongs to another user. An empty name leaves the name,
  /// an empty time zone the time zone; `provider` is only ever set, not cleared.
  virtual void put_user(User, Done<User>) = 0;
  virtual void user(model::UserId, Done<User>) = 0;
  /// The user with that identity, 0 when there is none. For `phone` both whatsapp and phone
  /// identities are looked at, in that order (S55).
  virtual void resolve(model::Identity, Done<model::UserId>) = 0;
  virtual void learn(model::Identity known, model::Identity also, Done<Nothing>) = 0;
  /// Reachability and consent of an identity: reachable, unreachable, opted_in, opted_out; until
  /// epoch: for good.
  virtual void mark(model::Identity, std::string state, model::TimePoint until, Done<Nothing>) = 0;
};

// ------------------------------------------------------------------ plugin key-value, tokens

struct KvEntry {
  std::string value;
  uint64_t version = 0;  ///< 0: there is none
};

class KvStore {
 public:
  virtual ~KvStore() = default;
  static constexpr uint64_t kAnyVersion = ~uint64_t{0};
  virtual void kv_get(std::string instance, std::string key, Done<KvEntry>) = 0;
  /// Gives the new version; conflict when `if_version` is neither kAnyVersion nor the present
  /// version.
  virtual void kv_put(std::string instance, std::string key, std::string value,
                      model::TimePoint expires, uint64_t if_version, Done<uint64_t>) = 0;
  virtual void kv_remove(std::string instance, std::string key, Done<Nothing>) = 0;
};

struct ServiceToken {
  std::string name;    ///< who the token stands for; unique among live tokens
  std::string digest;  ///< SHA-256 of the token, hex
  std::vector<std::string> scopes;
  model::TimePoint created{}, expires{};  ///< expires epoch: never
};

/// A person's tokens issued before that moment are refused.
struct RevokedTokens {
  model::UserId user = 0;
  model::TimePoint before{};
};

class TokenStore {
 public:
  virtual ~TokenStore() = default;
  virtual void put_token(ServiceToken, Done<Nothing>) = 0;
  virtual void revoke_token(std::string name, Done<Nothing>) = 0;  ///< not_found
  virtual void tokens(Done<std::vector<ServiceToken>>) = 0;
  /// A later moment counts, whichever comes first.
  virtual void revoke_user(RevokedTokens, Done<Nothing>) = 0;
  virtual void revoked_users(Done<std::vector<RevokedTokens>>) = 0;
};

// ------------------------------------------------------------------ the whole

struct Options {
  std::string url;           ///< "sqlite:/path/file.db"
  unsigned inbox_keep = 10;  ///< active items per user
  uint64_t backlog =
      1'000'000;  ///< notifications that have not ended; beyond it accept answers unavailable
  std::size_t queue = 16'384;    ///< write requests waiting; beyond it unavailable at once
  uint64_t journal = 1'000'000;  ///< entries kept, and more until every webhook was told
  /// What has ended is deleted this long after its latest event, once nobody needs it (see
  /// docs/how-to/retention.md); 0: never.
  base::Duration keep_ended{0};
  uint64_t max_bytes =
      0;  ///< the file grows no further: writes answer unavailable; 0: as far as the disk goes
};

/// What operators and readiness look at.
struct Health {
  bool writable = true;    ///< the latest commit worked
  uint64_t commits = 0;    ///< transactions since start
  uint64_t writes = 0;     ///< requests they answered: writes / commits is the group commit's gain
  std::size_t queued = 0;  ///< write requests waiting
  uint64_t deleted = 0;    ///< notifications deleted since start, because they ended long ago
  /// When the oldest one kept was accepted; epoch: not known (yet), or Options::keep_ended is 0.
  model::TimePoint oldest{};
};

class Store : public DeliveryStore,
              public GateStore,
              public InboxStore,
              public AnswerStore,
              public DirectoryStore,
              public KvStore,
              public TokenStore,
              public JournalStore {
 public:
  /// Changes options that may change while running: inbox_keep, backlog, journal, keep_ended,
  /// max_bytes.
  virtual void reconfigure(const Options&) = 0;
  /// Never blocks on I/O.
  virtual Health health() const = 0;
  /// Commits what is queued, refuses the rest with unavailable, closes. Blocks; every callback has
  /// run on return.
  virtual void close() = 0;
};

/// Opens (creating and migrating when needed) the store an URL names. Errors name the cause: locked
/// by another process, newer schema, not a database, journal mode or synchronous not as asked (trap
/// 6).
base::Result<std::unique_ptr<Store>> open(const Options&, Decide, const base::Clock&);

}  // namespace herald::store
