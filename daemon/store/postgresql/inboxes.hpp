#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/postgresql/columns.hpp"
#include "store/postgresql/item_row.hpp"
#include "store/store.hpp"

namespace herald::store::postgresql {

/// A number of a person's sequence.
struct Drawn {
  model::UserId user = 0;
  int64_t seq = 0;
};

/// The inboxes that a transaction works on: locked and read all at once, changed in memory, written
/// all at once. Whoever changes an item or a tally holds the person's row. Writer thread.
class Inboxes {
 public:
  /// What is asked of them.
  struct Wanted {
    std::vector<model::UserId> users;
    std::vector<int64_t> items;              ///< ids
    std::vector<std::string> notifications;  ///< whose items
    std::size_t appends = 0;
  };
  /// Asks for them: there after Connection::settle().
  void load(Connection& db, const Wanted& wanted);
  /// This row is being stored, or its item was asked for by name: what is not known by now is not
  /// there.
  void looked_for(int64_t notification) { of_notification_.try_emplace(notification, 0); }

  struct Appended {
    model::Item item;
    std::vector<std::string> evicted;  ///< notifications whose unread item left the list for it
  };
  /// Item, conversation row and trimming. The first item when the notification has one already;
  /// then nothing changes. not_found (nothing changed) when there is no such user.
  base::Result<Appended> append(Connection& db, const model::NewItem& item, int64_t notification,
                                model::TimePoint now, unsigned keep);
  base::Result<std::vector<std::string>> seen(Connection& db, const InboxStore::Seen& request);
  /// Takes the notification's item out of the list (cancelled); the history row stays. Gives whose
  /// inbox it was; 0 when it has no item in the list.
  model::UserId withdraw(Connection& db, int64_t notification);
  /// The notification's item shows the chosen action, and is read. Gives whose inbox it is in; 0
  /// when it has no item, or shows one already.
  model::UserId show_answer(Connection& db, int64_t notification, const std::string& action);

  void flush(Connection& db);
  /// InboxStore::clear, with statements of its own: nothing may be held that is not flushed.
  std::vector<std::string> clear(Connection& db, model::UserId user, int64_t up_to_seq);
  void forget();
  /// One of the numbers that the transaction drew; to be asked once, after its commit.
  std::optional<Drawn> take_drawn() { return std::exchange(drawn_, std::nullopt); }

 private:
  struct Entry {
    model::Item item;
    int64_t notification = 0;
    Gone gone = Gone::no;
    bool fresh = false, changed = false;
    int64_t drawn = 0;                    // numbers, for changes
    std::optional<int64_t> conversation;  // of a fresh one
  };
  struct Inbox {
    bool exists = false, stored = false, provider = false, changed = false;
    int64_t last_seq = 0;
    model::TimePoint last_at{};
    int64_t active = 0, first_active = 1, older_unread = 0;
    std::deque<Entry*> oldest;  // in the list, as far as they were read
    bool oldest_read = false;
  };
  static void draw(Inbox& inbox, Entry& entry);
  Inbox& inbox(Connection& db, model::UserId user);
  Entry* entry_of(Connection& db, int64_t notification);
  Entry* locked_entry_of(Connection& db, int64_t notification);
  Entry& keep(const Row& row);
  std::vector<std::string> trim(Connection& db, model::UserId user, Inbox& inbox, int64_t keep);
  void read_oldest(Connection& db, model::UserId user, Inbox& inbox, int64_t most);
  void ask_numbers(Connection& db, std::size_t count);
  void keep_person(const Row& row);

  std::map<model::UserId, Inbox> inboxes_;
  std::unordered_map<int64_t, Entry> entries_;            // by id of the item
  std::unordered_map<int64_t, int64_t> of_notification_;  // row -> id of the item, 0: none
  std::unordered_map<std::string, int64_t> of_name_;      // id of the notification -> of the item
  std::deque<std::pair<int64_t, int64_t>> numbers_;       // for an item and its conversation row
  std::optional<Drawn> drawn_;
};

}  // namespace herald::store::postgresql
