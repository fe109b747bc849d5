#include "weather.hpp"

#include <exception>
#include <string_view>
#include <utility>

#include "base/faults.hpp"
#include "store/sqlite/connection.hpp"

namespace herald::simulator {
namespace {

// SQLite's numbers, which its header would bring for nothing else.
constexpr int kFull = 13;
constexpr int kIoError = 10;

}  // namespace

Weather::Weather(Stage& stage) : stage_{stage} {
  base::faults::on_point([this](const char* name) { at_point(name); });
}

Weather::~Weather() { base::faults::on_point({}); }

void Weather::arm_crash() {
  if (stage_.dice.percent(60))
    crash_at_step_ = stage_.loop.steps() + stage_.dice.from_to(1, 60);
  else
    crash_at_point_ = stage_.dice.from_to(1, 40);
}

void Weather::arm_store_failure() {
  failing_commits_ = stage_.dice.from_to(1, 5);
  written_all_the_same_ = stage_.dice.percent(50);
}

void Weather::clear() {
  crash_at_step_ = 0;
  crash_at_point_ = 0;
  failing_commits_ = 0;
}

bool Weather::crash_now() {
  if (std::exchange(dead_, false)) return true;
  if (crash_at_step_ == 0 || stage_.loop.steps() < crash_at_step_) return false;
  crash_at_step_ = 0;
  return true;
}

void Weather::at_point(const char* name) {
  const std::string_view point{name};
  if (dead_) {
    if (std::uncaught_exceptions() > 0) return;
    throw Killed{};
  }
  if (crash_at_point_ > 0 && --crash_at_point_ == 0) {
    stage_.story.tell("dies at ", point);
    dead_ = true;
    throw Killed{};
  }
  const auto wanted = written_all_the_same_ ? "store.after_commit" : "store.before_commit";
  if (failing_commits_ == 0 || point != wanted) return;
  --failing_commits_;
  ++failed_commits_;
  stage_.faults.count(written_all_the_same_ ? "commit in doubt" : "commit fails");
  stage_.story.tell(written_all_the_same_ ? "the disk has it, and says that it has not"
                                          : "the disk is full");
  throw store::sqlite::SqlError{written_all_the_same_ ? kIoError : kFull, "made up"};
}

}  // namespace herald::simulator
