#pragma once

#include "model/json_reader.hpp"
#include "model/json_writer.hpp"
#include "model/types.hpp"

namespace herald::model {

/// An outcome inside an event or a progress, fields that have their default left out. Private to
/// the model.
inline void write(JsonWriter& out, std::string_view key, const Outcome& outcome) {
  out.open(key, '{');
  out.text("k", to_string(outcome.kind));
  if (outcome.reason != Reason::none) out.text("r", to_string(outcome.reason));
  if (outcome.retry_after.count() != 0) out.number("after", outcome.retry_after.count());
  if (!outcome.provider_id.empty()) out.text("p", outcome.provider_id);
  if (!outcome.detail.empty()) out.text("d", outcome.detail);
  out.close('}');
}

inline std::string read(const boost::json::value& value, Outcome& outcome) {
  JsonReader in{value, "an outcome"};
  in.need("k");
  in.named("k", outcome.kind, outcome_kind_from);
  in.named("r", outcome.reason, reason_from);
  in.duration("after", outcome.retry_after);
  in.text("p", outcome.provider_id);
  in.text("d", outcome.detail);
  return in.finish();
}

}  // namespace herald::model
