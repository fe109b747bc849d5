#include "plugin/marshal.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "plugin/text.hpp"

namespace herald::plugin {

namespace {

// The same for every retry of a step, another for the next step: `<notification>.<run>.<step>`
// without the number.
std::string message_id(const model::Delivery& d) {
  const auto dot = d.attempt_id.rfind('.');
  return dot == std::string::npos || dot == 0 ? d.head.id : d.attempt_id.substr(0, dot);
}

herald_part part(std::string_view mime, std::string_view data) {
  herald_part p{};
  p.struct_size = sizeof p;
  p.mime = str(mime);
  p.data = str(data);
  return p;
}

}  // namespace

DeliveryView::DeliveryView(const model::Delivery& d, uint64_t op,
                           const std::vector<std::string>& formats)
    : message_id_{message_id(d)}, user_{d.head.user > 0 ? std::to_string(d.head.user) : ""} {
  for (const auto& identity : d.identities)
    identities_.push_back({str(identity.kind), str(identity.value)});
  auto& m = message_;
  m.struct_size = sizeof m;
  m.priority = static_cast<uint32_t>(d.head.priority);
  m.id = str(message_id_);
  m.herald_id = str(d.head.id);
  m.kind = str(d.head.kind);
  m.type = str(d.head.type);
  m.recipient = str(d.address.value);
  m.address_kind = str(d.address.kind);
  m.user = str(user_);
  m.identities = kvs(identities_);
  m.locale = str(d.locale);
  m.time_zone = str(d.time_zone);
  m.params_json = str(d.head.params_json.empty() ? std::string_view{"{}"}
                                                 : std::string_view{d.head.params_json});
  m.created_unix_ms = base::unix_ms(d.head.created);
  m.expires_unix_ms = base::unix_ms(d.expires);
  if (d.rendered) {
    const auto& r = *d.rendered;
    m.subject = str(r.title);
    for (const auto& format : formats)
      if (const auto it = r.parts.find(format); it != r.parts.end())
        parts_.push_back(part(it->first, it->second));
    for (const auto& a : r.actions) actions_.push_back({str(a.id), str(a.label), str(a.text)});
    if (const auto fields = base::parse_json(r.fields_json); fields && fields->is_object())
      for (const auto& [key, value] : fields->as_object())
        if (value.is_string())
          field_texts_.emplace(std::string{key}, std::string{value.as_string()});
    for (const auto& [key, value] : field_texts_) fields_.push_back({str(key), str(value)});
  }
  m.parts = parts_.data();
  m.parts_size = parts_.size();
  m.parts_stride = sizeof(herald_part);
  m.fields = kvs(fields_);
  m.actions = actions_.data();
  m.actions_size = actions_.size();
  m.actions_stride = sizeof(herald_action);

  auto& raw = delivery_;
  raw.struct_size = sizeof raw;
  raw.attempt = d.number;
  raw.op = op;
  raw.attempt_id = str(d.attempt_id);
  raw.timeout_ms =
      static_cast<uint32_t>(std::clamp<int64_t>(d.timeout.count() / 1000, 1, UINT32_MAX));
  raw.message = &message_;
}

}  // namespace herald::plugin
