#include "steps.hpp"

#include <memory>

namespace whatsapp {
namespace {

struct Running : std::enable_shared_from_this<Running> {
  std::vector<Step> steps;
  std::size_t next = 0, open = 0, together = 1;
  bool failed = false, starting = false;
  herald::Callback<bool> done;

  /// Steps that answer at once are met by the loop, not by recursion.
  void go() {
    if (starting) return;
    starting = true;
    while (!failed && open < together && next < steps.size()) {
      ++open;
      steps[next++]([self = shared_from_this()](bool worked) {
        --self->open;
        self->failed = self->failed || !worked;
        self->go();
      });
    }
    starting = false;
    if (open != 0 || (!failed && next < steps.size()) || !done) return;
    auto tell = std::move(done);
    tell(!failed);
  }
};

}  // namespace

void run(std::vector<Step> steps, std::size_t together, herald::Callback<bool> done) {
  auto running = std::make_shared<Running>();
  running->steps = std::move(steps);
  running->together = together;
  running->done = std::move(done);
  running->go();
}

}  // namespace whatsapp
