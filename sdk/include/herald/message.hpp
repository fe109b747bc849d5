// message.hpp - what deliver() and render() are given, as values that may be copied and kept.
#pragma once

#include <herald/values.hpp>

#include <chrono>

#pragma GCC visibility push(hidden)
namespace herald::inline v1 {

struct Part {
  std::string mime{}, name{}, data{};
};

/// See herald_message for the meaning of each field.
struct Message {
  std::string id{}, herald_id{}, kind{}, type{}, recipient{}, address_kind{}, user{}, locale{},
      time_zone{}, subject{};
  std::string params_json{}, conversation{};
  Fields identities{}, fields{};
  std::vector<Part> parts{};
  std::vector<Action> actions{};
  uint32_t priority = 0;
  int64_t created_unix_ms = 0, expires_unix_ms = 0;

  /// The first part of that MIME type, or empty.
  std::string_view body(std::string_view mime) const noexcept {
    for (const auto& part : parts)
      if (part.mime == mime) return part.data;
    return {};
  }
};

/// One attempt. `op` is what on_cancel() names.
struct Delivery {
  herald_op op = 0;
  uint32_t attempt = 1;
  std::string attempt_id{};
  std::chrono::milliseconds timeout{};
  Message message{};
};

struct RenderRequest {
  std::string kind{}, params_json{}, locale{}, time_zone{}, channel{};
  std::vector<std::string> formats{};  // MIME types, best first
  uint32_t max_bytes = 0;
};

/// What render() makes. `parts`: MIME type -> text, one per format it can make.
struct Rendered {
  Fields parts{};
  std::string title{};
  std::string type{};          // item type, empty: the catalog's
  std::string actions_json{};  // JSON array of {"id","label","text"}, empty: none
  std::string fields_json{};   // JSON object of strings, empty: none
  std::string version{};
};

namespace detail {

inline Message message(const herald_message& m) {
  Message out;
  out.id = text(m.id);
  out.herald_id = text(m.herald_id);
  out.kind = text(m.kind);
  out.type = text(m.type);
  out.recipient = text(m.recipient);
  out.address_kind = text(m.address_kind);
  out.user = text(m.user);
  out.locale = text(m.locale);
  out.time_zone = text(m.time_zone);
  out.subject = text(m.subject);
  out.params_json = text(m.params_json);
  out.conversation = text(m.conversation);
  out.identities = fields(m.identities);
  out.fields = fields(m.fields);
  out.parts.reserve(m.parts_size);
  for (uint64_t i = 0; i < m.parts_size; ++i) {
    const auto& part = at(m.parts, m.parts_stride, i);
    out.parts.push_back({text(part.mime), text(part.name), text(part.data)});
  }
  out.actions = actions(m.actions, m.actions_size, m.actions_stride);
  out.priority = m.priority;
  out.created_unix_ms = m.created_unix_ms;
  out.expires_unix_ms = m.expires_unix_ms;
  return out;
}

inline Delivery delivery(const herald_delivery& d) {
  return {d.op, d.attempt, text(d.attempt_id), std::chrono::milliseconds{d.timeout_ms},
          message(*d.message)};
}

inline RenderRequest render_request(const herald_render& r) {
  RenderRequest out{text(r.kind),      text(r.params_json), text(r.locale),
                    text(r.time_zone), text(r.channel),     {},
                    r.max_bytes};
  for (auto rest = view(r.formats); !rest.empty();) {
    const auto end = rest.find(' ');
    if (end != 0) out.formats.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  }
  return out;
}

}  // namespace detail
}  // namespace herald::inline v1
#pragma GCC visibility pop
