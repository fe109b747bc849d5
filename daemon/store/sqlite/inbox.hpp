#pragma once

#include "store/items.hpp"
#include "store/sqlite/reader.hpp"
#include "store/sqlite/write_state.hpp"

namespace herald::store::sqlite {

// The inbox room's tables. Contracts: InboxStore. All throw SqlError.

struct Appended {
  model::Item item;
  std::vector<std::string> evicted;  ///< notifications whose unread item left the list for it
};
/// Item, conversation row and trimming. The first item when the notification has one already; then
/// nothing is written. not_found (nothing written) when there is no such user.
base::Result<Appended> append(WriteState& state, const model::NewItem& item, int64_t notification,
                              model::TimePoint now);

base::Result<std::vector<std::string>> seen(WriteState& state, const InboxStore::Seen& seen);
base::Result<std::vector<std::string>> clear(WriteState& state, model::UserId user,
                                             int64_t up_to_seq);
/// Takes the notification's item out of the list (cancelled); the history row stays. Gives whose
/// inbox it was; 0 when it has no item in the list.
model::UserId withdraw(WriteState& state, const std::string& notification);

/// The notification's item shows the chosen action, and is read. Gives whose inbox it is in; 0 when
/// it has no item, or shows one already.
model::UserId show_answer(Connection& db, const std::string& notification,
                          const std::string& action);

base::Result<model::ItemPage> items(ReadState& state, const model::ItemQuery& query);
/// The items of ItemQuery::changes, for a page whose tallies are known.
void add_events(ReadState& state, const model::ItemQuery& query, model::ItemPage& page);
/// A row of the columns that all queries of items have.
model::Item read_item(const Query& row);

/// Which life of the sequences the file holds; another one begins when the file is not the one it
/// was recorded in. Outside of a transaction, by the writing connection.
uint64_t inbox_epoch(Connection& db, const std::string& path);

/// The item of a notification, by its row. Columns as in kItemColumns of inbox_queries.cpp.
std::optional<model::Item> item_of(Connection& db, int64_t notification);

}  // namespace herald::store::sqlite
