#pragma once

#include <set>

#include "base/guarded.hpp"
#include "base/ids.hpp"
#include "delivery/dispatcher.hpp"
#include "delivery/submission.hpp"
#include "model/ports/producer.hpp"
#include "store/outbox.hpp"

namespace herald::delivery {

/// What producers ask for: the one way in for control socket, HTTP API and plugins. Any thread.
class Producer final : public model::ports::Producer {
 public:
  struct Needs {
    store::DeliveryStore& store;
    Dispatcher& dispatcher;
    const base::Clock& clock;
    base::Random& random;
  };
  explicit Producer(Needs needs) : need_{needs} {}

  /// Swapped at start and reload; before the first call everything is refused with unavailable.
  void set_rules(SubmissionRules rules);

  void submit(std::string producer, const boost::json::value& request, Reply reply) override;
  void get(std::string id, bool private_parts, Reply reply) override;
  void timeline(std::string id, bool private_parts, Reply reply) override;
  void cancel(std::string id, std::string by, Reply reply) override;
  void list(const boost::json::object& query, bool private_parts, Reply reply) override;
  /// As submit(), for what an application wrote with SQL: the row goes with the commit that stores
  /// the notification, under the row's id. What submit() would refuse becomes a dead letter: the
  /// answer then tells how it ended. An error: the row is still there (unavailable, in_flight,
  /// internal), or another took it (conflict). sql_rows.cpp
  struct Ended {
    store::Applied applied;
    model::Event why;
  };
  using RowDone = std::function<void(base::Result<std::optional<Ended>>)>;
  void submit_row(store::OutboxStore& outbox, store::OutboxRow row, RowDone done);
  // dead_letters.cpp
  void dead_letters(const boost::json::object& query, Reply reply) override;
  void redrive(const boost::json::object& query, std::string by, Reply reply) override;

 private:
  struct Redrive;  // dead_letters.cpp
  std::shared_ptr<const SubmissionRules> current_rules() const;
  static base::Error starting();
  /// Where a notification that passed the checks goes, to be stored and worked on.
  using Accept = std::function<void(model::NewNotification, store::Done<store::Accepted>)>;
  void keep(model::NewNotification checked, const Accept& accept, Reply reply);
  void refuse_row(store::OutboxStore& outbox, const store::OutboxRow& row,
                  const boost::json::value& request, const base::Error& error, const RowDone& done);
  /// `filter` with whom the query's `user` names.
  void find_people(const boost::json::object& query, store::ListQuery filter,
                   std::function<void(base::Result<store::ListQuery>)> then);
  /// The chain that the notification would get if it were submitted now.
  base::Result<model::ChainPtr> present_chain(const model::Head& head) const;
  void redrive_one(const std::string& id, bool dry_run, bool resend, const std::string& by,
                   Reply reply);
  void redrive_page(const std::shared_ptr<Redrive>& page);
  void listed(store::ListQuery filter, bool private_parts, Reply reply);

  Needs need_;
  base::Guarded<std::shared_ptr<const SubmissionRules>> rules_;
  std::shared_ptr<base::Guarded<std::set<std::string>>> keys_in_flight_ =
      std::make_shared<base::Guarded<std::set<std::string>>>();
};

}  // namespace herald::delivery
