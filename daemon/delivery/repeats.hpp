#pragma once

#include "model/progress.hpp"

namespace herald::delivery {

/// Whether sending an attempt may have told the person a second time.
enum class Repeat {
  no,
  /// An earlier attempt on this channel had left without a word, or had been accepted (a redrive
  /// with --resend), and was not known to have failed.
  same_channel,
  /// The channel had nothing of it yet, but an earlier one had an attempt that left without a word.
  other_channel,
};

/// What attempt `index` of `progress` was when it was sent, judged by what is known now: an
/// earlier attempt that turned out to have failed makes it no repeat any more. Channels that reach
/// nobody repeat nothing. What a crash made an idempotent channel send again under the same
/// attempt id is one attempt, and not in here.
Repeat repeat_of(const model::Progress& progress, std::size_t index);

/// "no", "same_channel", "other_channel".
std::string_view to_string(Repeat repeat);

}  // namespace herald::delivery
