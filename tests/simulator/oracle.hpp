#pragma once

#include "stage.hpp"
#include "store/store.hpp"
#include "truth.hpp"
#include "witness.hpp"

namespace herald::simulator {

/// Judges what the store says at the end by what really happened. docs/explanation/simulator.md
/// states each rule; I1-I6 are those of the fault catalogue.
class Oracle {
 public:
  Oracle(Stage& stage, const Truth& truth, const Witness& witness, base::MonoPoint calm_since)
      : stage_{stage}, truth_{truth}, witness_{witness}, calm_since_{calm_since} {}

  void judge(const store::Timeline& timeline);
  void judge_item(const model::Notification& n, const model::ItemPage& page);
  /// After all timelines: what producers were told.
  void judge_producers();
  /// And what providers took.
  void judge_copies();

  const std::vector<std::string>& broken() const { return broken_; }
  uint64_t hash() const { return hash_; }
  uint64_t notifications() const { return stored_.size(); }
  uint64_t events() const { return events_; }

 private:
  // replay.cpp: the timeline by itself
  void replay(const store::Timeline& timeline);
  void forward(const model::Progress& before, const model::TimelineEntry& entry,
               const model::Progress& after);
  void once_a_channel(const model::Progress& before, const model::Progress& after,
                      const model::Chain& chain);
  void held_by_pause(const model::Progress& before, const model::TimelineEntry& entry,
                     const model::Progress& after, const model::Chain& chain, base::MonoPoint at,
                     base::MonoPoint since);
  bool is_over(const std::string& channel, base::MonoPoint from, base::MonoPoint to) const;
  // silence.cpp
  void silence(const model::Progress& before, const model::Event& event,
               const model::Progress& after, const model::Chain& chain, base::MonoPoint at);
  void remember_acceptance(const model::Progress& before, const model::Progress& after,
                           base::MonoPoint at);
  // oracle.cpp: against the world
  void ended(const model::Progress& p);
  void evidence(const model::Progress& p);
  void copies(const store::Timeline& timeline);
  void redriven(const store::Timeline& timeline);
  void acknowledged(const model::Progress& p);

  void breaks(const std::string& rule, const std::string& id, const std::string& what);
  model::Evidence true_evidence(const model::Progress& p, const model::Attempt& attempt) const;

  Stage& stage_;
  const Truth& truth_;
  const Witness& witness_;
  const base::MonoPoint calm_since_;
  std::vector<std::string> broken_;
  std::map<std::string, unsigned> stored_;  // id -> intent
  uint64_t hash_ = 0, events_ = 0;

  /// A step as it was visited in one round of one run.
  using Visit = std::tuple<unsigned, unsigned, unsigned>;
  std::map<Visit, base::MonoPoint> accepted_at_;  // of the timeline being replayed
  base::MonoPoint waits_since_{};                 // it is in `waiting`, at this step
};

}  // namespace herald::simulator
