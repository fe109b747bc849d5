#include "store/move.hpp"

#include "store/moving/source.hpp"
#include "store/moving/target.hpp"

namespace herald::store {
namespace {

using base::Code;
using base::fail;
using moving::Table;

/// What a server says of a value may repeat it.
std::string without_detail(std::string text) {
  for (const auto* mark : {" DETAIL:", " CONTEXT:"})
    if (const auto at = text.find(mark); at != std::string::npos) text.resize(at);
  return text;
}

class RunningMove final : public Move {
 public:
  RunningMove(std::unique_ptr<moving::Source> source, std::unique_ptr<moving::Target> target,
              moving::PageSize size, const base::Clock& clock)
      : source_{std::move(source)}, target_{std::move(target)}, size_{size}, clock_{clock} {}

  base::Result<void> look() {
    return guarded([&] {
      for (const auto& table : moving::tables()) {
        copied_.push_back(target_->copied(table));
        tables_.push_back({table.name, source_->count(table), copied_.back().rows});
      }
      return base::Result<void>{};
    });
  }

  bool resumed() const override { return target_->resumed(); }
  const std::vector<MovedTable>& tables() const override { return tables_; }

  base::Result<bool> copy() override {
    while (at_ < copied_.size() && copied_[at_].all) ++at_;
    if (at_ == copied_.size()) return false;
    const auto done = guarded([&] {
      auto now = copied_[at_];
      const auto page = source_->read(at_, now.after, size_);
      if (!page.rows.empty()) now.after = page.last;
      now.rows += static_cast<int64_t>(page.rows.size());
      now.all = !page.more;
      target_->write(at_, page, now);
      copied_[at_] = std::move(now);
      tables_[at_].copied = copied_[at_].rows;
      return base::Result<void>{};
    });
    if (!done) return done.error();
    return true;
  }

  base::Result<void> check() override {
    return guarded([&]() -> base::Result<void> {
      std::vector<int64_t> highest;
      for (const auto& table : moving::tables())
        highest.push_back(table.numbered ? source_->highest(table) : 0);
      target_->set_ends(source_->ends(), highest);
      for (std::size_t i = 0; i < tables_.size(); ++i) {
        const auto there = target_->count(moving::tables()[i]);
        if (there != tables_[i].rows)
          return fail(Code::internal,
                      "table " + tables_[i].name + " has " + std::to_string(tables_[i].rows) +
                          " rows in the file and " + std::to_string(there) +
                          " in the database; somebody else wrote to it: drop the schema and begin "
                          "anew",
                      "to");
      }
      return {};
    });
  }

  base::Result<void> finish() override {
    return guarded([&] {
      target_->finish(base::unix_us(clock_.now()));
      return base::Result<void>{};
    });
  }

 private:
  template <class F>
  base::Result<void> guarded(F&& work) {
    constexpr const char* kAgain = "; run this again, it goes on where it stopped";
    try {
      return work();
    } catch (const sqlite::SqlError& error) {
      return fail(Code::unavailable, source_->path() + ": " + error.what() + kAgain, "from");
    } catch (const postgresql::SqlError& error) {
      const auto why = without_detail(error.what());
      if (error.kind() != postgresql::SqlError::Kind::request)
        return fail(Code::unavailable, "the database: " + why + kAgain, "to");
      return fail(Code::invalid, where() + why + "; correct that row in the file, or report it",
                  "from");
    }
  }
  /// Keys may be addresses of people, so rows are counted.
  std::string where() const {
    if (at_ >= copied_.size()) return {};
    return "table " + tables_[at_].name + ", one of the next rows after the first " +
           std::to_string(copied_[at_].rows) + ": ";
  }

  const std::unique_ptr<moving::Source> source_;
  const std::unique_ptr<moving::Target> target_;
  const moving::PageSize size_;
  const base::Clock& clock_;
  std::vector<postgresql::Copied> copied_;
  std::vector<MovedTable> tables_;
  std::size_t at_ = 0;
};

}  // namespace

base::Result<std::unique_ptr<Move>> open_move(const MoveRequest& request,
                                              const base::Clock& clock) {
  if (!request.from.starts_with("sqlite:"))
    return fail(Code::invalid,
                "what is moved from must be a file: --from sqlite:/var/lib/herald/herald.db",
                "from");
  if (!request.to.starts_with("postgresql:"))
    return fail(Code::invalid,
                "what is moved to must be a PostgreSQL database: --to "
                "postgresql://herald@db.example.org/herald",
                "to");
  auto source = moving::Source::open(request.from);
  if (!source) return source.error();
  auto target = moving::Target::open(request.to, request.server, **source, clock);
  if (!target) return target.error();
  moving::PageSize size;
  size.rows = request.page_rows;
  auto move = std::make_unique<RunningMove>(std::move(*source), std::move(*target), size, clock);
  if (auto looked = move->look(); !looked) return looked.error();
  return std::unique_ptr<Move>{std::move(move)};
}

}  // namespace herald::store
