#include "run.hpp"

#include <filesystem>

#include "daemon.hpp"
#include "gate_judge.hpp"
#include "oracle.hpp"

namespace herald::simulator {

using namespace std::chrono_literals;

Run::Run(uint64_t seed, std::string folder, bool story_kept)
    : stage_{seed, story_kept},
      folder_{std::move(folder)},
      delivery_{stage_.loop.lane(true)},
      writes_{stage_.loop.lane(true, [this] { return disk(3ms); })},
      reads_{stage_.loop.lane(true, [this] { return disk(2ms); })},
      plugins_{stage_.loop.lane(true)} {
  for (const auto& [name, channel] : stage_.scenario.channels)
    if (channel.sort == Sort::provider)
      providers_.emplace(std::piecewise_construct, std::forward_as_tuple(name),
                         std::forward_as_tuple(stage_, truth_, channel));
  for (const auto* file : {"herald.db", "herald.db-wal", "herald.db-shm"})
    std::filesystem::remove(std::filesystem::path{folder_} / file);
}

Run::~Run() { die(); }

/// How long an access takes.
Duration Run::disk(Duration usual) {
  if (stage_.scenario.instant) return Duration{0};
  if (stage_.fault(stage_.scenario.slow, "slow disk")) return stage_.dice.between(100ms, 3s);
  return stage_.dice.between(10us, usual);
}

void Run::boot() {
  truth_.lives.push_back({stage_.clock.mono()});
  stage_.story.tell("--- boot ", std::to_string(truth_.lives.size()));
  daemon_ = std::make_unique<Daemon>(stage_, truth_, witness_, providers_,
                                     Daemon::Threads{delivery_, writes_, reads_, plugins_},
                                     "sqlite:" + folder_ + "/herald.db");
  const std::weak_ptr life = stage_.life;
  // As systemd does when the process ends, or as the daemon does when recovery takes a minute.
  const auto again = [this, life] {
    if (life.expired() || stage_.daemon != nullptr) return;
    die();
    stage_.later(1s, [this] { boot(); });
  };
  stage_.later(60s, again);
  daemon_->start([this, again, failed = weather_.failed_commits()](bool ready) {
    if (!ready) return stage_.world.post(again);
    stage_.story.tell("--- ready");
    stage_.daemon = daemon_.get();
    truth_.lives.back().ready = stage_.clock.mono();
    if (stage_.calm) calm_since_ = std::min(calm_since_, stage_.clock.mono());
    if (failed == weather_.failed_commits()) all_declared_lost();
  });
}

/// R13: when the doors open, no attempt of an earlier life is in flight.
void Run::all_declared_lost() {
  daemon_->store().in_flight(
      {}, 500,
      [this, ready = stage_.clock.now()](base::Result<std::vector<model::Notification>> r) {
        for (const auto& n : r ? *r : std::vector<model::Notification>{})
          if (const auto* attempt = n.progress.in_flight();
              attempt != nullptr && attempt->started < ready)
            broken_.push_back("R13 recovery: " + model::attempt_id(n.head.id, *attempt) +
                              " is in flight from an earlier life");
      });
}

void Run::die() {
  if (daemon_ != nullptr) truth_.lives.back().died = stage_.clock.mono();
  stage_.daemon = nullptr;
  stage_.life = std::make_shared<int>(0);
  stage_.loop.drop_daemon();
  daemon_.reset();
  stage_.loop.drop_daemon();
}

/// One step, or the way to the next moment. False at the limit.
bool Run::turn(base::MonoPoint limit) {
  bool more = true;
  try {
    if (!stage_.loop.step()) more = stage_.loop.wait(limit);
  } catch (const Killed&) {
  }
  const bool dies = weather_.crash_now();
  if (dies && daemon_ != nullptr) {
    stage_.faults.count(stage_.daemon == nullptr ? "crash inside recovery" : "crash");
    stage_.story.tell("--- dies");
    die();
    // Sometimes again before it is ready.
    if (stage_.dice.percent(25)) weather_.arm_crash();
    stage_.later(
        stage_.dice.percent(80) ? stage_.dice.between(10ms, 3s) : stage_.dice.between(3s, 2min),
        [this] { boot(); });
  }
  return more;
}

void Run::pass(Duration time) {
  const auto end = stage_.clock.mono() + time;
  while (turn(end)) {
  }
}

template <class T, class Call>
base::Result<T> Run::ask(Call&& call) {
  std::optional<base::Result<T>> answer;
  call([&answer](base::Result<T> result) { answer.emplace(std::move(result)); });
  const auto limit = stage_.clock.mono() + 60s;
  while (!answer && turn(limit)) {
  }
  if (!answer) return base::fail(base::Code::unavailable, "the store does not answer");
  return std::move(*answer);
}

Verdict Run::play() {
  boot();
  while (stage_.daemon == nullptr && turn(base::MonoPoint::max())) {
  }
  bool moved_in = false;
  people_.move_in([&] { moved_in = true; });
  while (!moved_in && turn(base::MonoPoint::max())) {
  }
  people_.live();
  producers_.begin();
  schedule_faults();
  pass(stage_.scenario.window + stage_.dice.between(10s, 3min));
  while (stage_.faults.total() < kFewestFaults || producers_.acknowledged() < kFewest) {
    if (stage_.faults.total() < kFewestFaults && !stage_.scenario.instant)
      weather_.arm_store_failure();
    stage_.world.post([this] { producers_.one_more(); });
    pass(stage_.dice.between(500ms, 5s));
  }
  heal();
  if (!until_ended()) broken_.push_back("I6 liveness: not everything ended after the faults");
  pass(4min);  // receipts that are under way
  Verdict verdict;
  judge(verdict);
  return verdict;
}

void Run::heal() {
  stage_.story.tell("--- the faults are over");
  stage_.calm = true;
  if (stage_.daemon != nullptr) calm_since_ = stage_.clock.mono();
  stage_.gone.clear();
  stage_.stopped.clear();
  weather_.clear();
  // Back to the furthest time it ever showed: what was to happen at a time of day comes soon.
  if (const auto behind = stage_.clock.behind(); behind > 0s) set_clock(behind);
  if (stage_.daemon != nullptr) stage_.daemon->configure();
}

/// The longest life of a notification, from the scenario's limits: not_before, expiry, receipts;
/// and by how much a timer may be late that a clock set back has left behind.
bool Run::until_ended() {
  const auto limit = stage_.clock.mono() + 45min + truth_.not_followed().second;
  while (stage_.clock.mono() < limit) {
    pass(15s);
    if (stage_.daemon == nullptr) continue;
    const auto counts =
        ask<store::Counts>([&](auto done) { stage_.daemon->store().counts(std::move(done)); });
    if (counts && counts->backlog == 0) return true;
  }
  return false;
}

void Run::judge(Verdict& verdict) {
  Oracle oracle{stage_, truth_, witness_, calm_since_};
  if (stage_.daemon == nullptr) {
    broken_.push_back("I6 liveness: the daemon does not start again");
  } else {
    store::ListQuery all;
    all.limit = 1000;
    auto& store = stage_.daemon->store();
    const auto list =
        ask<std::vector<model::Notification>>([&](auto done) { store.list(all, std::move(done)); });
    if (!list) broken_.push_back("the store cannot be listed: " + list.error().message);
    for (const auto& n : list ? *list : std::vector<model::Notification>{}) {
      const auto timeline =
          ask<store::Timeline>([&](auto done) { store.timeline(n.head.id, std::move(done)); });
      if (timeline)
        oracle.judge(*timeline);
      else
        broken_.push_back("no timeline of " + n.head.id + ": " + timeline.error().message);
      model::ItemQuery item;
      item.user = n.head.user;
      item.notification = n.head.id;
      item.history = true;
      const auto page =
          ask<model::ItemPage>([&](auto done) { store.items(item, std::move(done)); });
      if (page) oracle.judge_item(n, *page);
    }
    oracle.judge_producers();
    oracle.judge_copies();
  }
  for (const auto& why : producers_.broken()) broken_.push_back(why);
  for (const auto& why : oracle.broken()) broken_.push_back(why);
  for (const auto& why : GateJudge{stage_, truth_}.judge()) broken_.push_back(why);
  verdict.broken = std::move(broken_);
  verdict.story = stage_.story.lines();
  verdict.hash = stage_.loop.hash() ^ oracle.hash();
  verdict.notifications = oracle.notifications();
  verdict.events = oracle.events();
  verdict.lives = truth_.lives.size();
  verdict.faults = stage_.faults;
  verdict.cells = cells_;
}

}  // namespace herald::simulator
