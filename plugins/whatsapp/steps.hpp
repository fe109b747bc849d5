// steps.hpp - several questions to the host as one: each answered later, on the strand.
#pragma once

#include <functional>
#include <herald/callback.hpp>
#include <vector>

namespace whatsapp {

/// Starts something and calls `next(worked)` once, later or at once.
using Step = std::function<void(herald::Callback<bool> next)>;

/// Runs the steps in their order, at most `together` at a time. done(true) once all worked;
/// done(false) after a failure, when those under way have ended: the others are not started.
void run(std::vector<Step> steps, std::size_t together, herald::Callback<bool> done);

}  // namespace whatsapp
