#include "delivery/suspects.hpp"

#include <cstdlib>
#include <utility>

namespace herald::delivery {
namespace {

/// No plugin instance has a name with a space in it.
const std::string kOwner = "the daemon";
const std::string kAlive = "alive";

/// Watched deaths at which it was being handed over. With the one before, at which nobody watched,
/// that is five.
constexpr unsigned kDeaths = 4;
/// From so many on it is handed over when no other such one is, so that a death names one of them.
constexpr unsigned kSuspect = 2;
/// Who kills does it at once: what has not by then only is slow.
constexpr model::Duration kPatience{std::chrono::seconds{3}};
/// How long the others go first after a suspect's first death; twice as long after each further
/// one. Without it the daemon would do nothing between two starts but die again.
constexpr model::Duration kRest{std::chrono::seconds{1}};
/// A note that nobody takes back says nothing any more after this.
constexpr model::Duration kNoteLife{std::chrono::hours{24}};

std::string note_of(const std::string& id) { return "handed " + id; }

}  // namespace

std::string Suspects::mark() const {
  return need_.node.empty() ? kAlive : kAlive + " " + need_.node;
}

void Suspects::begin(std::function<void()> then) {
  born_ = need_.clock.now();
  need_.store.kv_get(kOwner, mark(),
                     [this, then = std::move(then)](base::Result<store::KvEntry> alive) {
                       const bool died = alive && alive->version != 0;
                       need_.store.kv_put(kOwner, mark(), "1", {}, store::KvStore::kAnyVersion,
                                          [this, died, then](const base::Result<uint64_t>&) {
                                            need_.executor.post([this, died, then] {
                                              watching_ = died;
                                              then();
                                            });
                                          });
                     });
}

void Suspects::end(std::function<void()> then) {
  watching_ = false;
  waiting_.clear();
  resting_.clear();
  while (!handed_.empty()) acquit(std::string{handed_.begin()->first});
  need_.store.kv_remove(kOwner, mark(),
                        [this, then = std::move(then)](const base::Result<store::Nothing>&) {
                          need_.executor.post(then);
                        });
}

void Suspects::hand_over(const std::string& id, std::function<void(Verdict)> then) {
  need_.store.kv_get(kOwner, note_of(id),
                     [this, id, then = std::move(then)](base::Result<store::KvEntry> note) {
                       need_.executor.post([this, id, note = std::move(note), then] {
                         if (!note) return then(Verdict::hand_over);
                         judge(id, *note, then);
                       });
                     });
}

void Suspects::judge(const std::string& id, const store::KvEntry& note,
                     std::function<void(Verdict)> then) {
  // A note that is still there was not taken back: the daemon died.
  unsigned deaths =
      note.version == 0 ? 0 : static_cast<unsigned>(std::atoi(note.value.c_str())) + 1;
  auto verdict = Verdict::hand_over;
  if (deaths >= kDeaths) {
    verdict = Verdict::set_aside;
    // Its next step gets one chance: the same text may kill there too.
    deaths = kDeaths - 2;
  } else if (deaths > 0 && rests(id, deaths)) {
    return then(Verdict::wait);
  } else if (deaths >= kSuspect && !alone_.empty() && alone_ != id) {
    waiting_.insert(id);
    return then(Verdict::wait);
  } else {
    if (deaths >= kSuspect) alone_ = id;
    handed_[id] = need_.executor.after(kPatience, [this, id] { acquit(id); });
  }
  need_.store.kv_put(kOwner, note_of(id), std::to_string(deaths), need_.clock.now() + kNoteLife,
                     store::KvStore::kAnyVersion,
                     [this, then = std::move(then), verdict](const base::Result<uint64_t>&) {
                       need_.executor.post([then, verdict] { then(verdict); });
                     });
}

bool Suspects::rests(const std::string& id, unsigned deaths) {
  const auto [it, first] = resting_.try_emplace(id, true);
  if (first)
    need_.executor.after(kRest * (1 << (deaths - 1)), [this, id] {
      const auto rested = resting_.find(id);
      if (rested == resting_.end()) return;
      rested->second = false;
      need_.wake(id);
    });
  return it->second;
}

void Suspects::acquit(const std::string& id) {
  const auto it = handed_.find(id);
  if (it == handed_.end()) return;
  need_.executor.cancel(it->second);
  handed_.erase(it);
  need_.store.kv_remove(kOwner, note_of(id), [](const base::Result<store::Nothing>&) {});
  if (alone_ != id) return;
  alone_.clear();
  // All of them: the first takes the place, the others wait again.
  for (const auto& one : std::exchange(waiting_, {})) need_.wake(one);
}

}  // namespace herald::delivery
