#include "plugin/descriptor.hpp"

#include <algorithm>
#include <boost/json/value.hpp>

#include "base/json.hpp"
#include "model/types.hpp"
#include "plugin/text.hpp"

namespace herald::plugin {

namespace {

constexpr uint32_t kKnownEvidence = (1U << HERALD_RECEIPT_SENT) | (1U << HERALD_RECEIPT_DELIVERED) |
                                    (1U << HERALD_RECEIPT_READ) | (1U << HERALD_RECEIPT_ANSWERED) |
                                    (1U << HERALD_RECEIPT_FAILED);
// The ABI's numbers of states are the model's numbers of evidence, so the bits can be taken over.
static_assert((1U << HERALD_RECEIPT_SENT) == model::evidence_bit(model::Evidence::accepted));
static_assert((1U << HERALD_RECEIPT_ANSWERED) == model::evidence_bit(model::Evidence::answered));

bool of(std::string_view text, std::string_view extra, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  extra.find(c) != std::string_view::npos;
         });
}

base::Error wrong(std::string_view cause) {
  return base::fail(base::Code::invalid, "its descriptor is wrong: " + std::string{cause});
}

}  // namespace

bool Descriptor::offers(std::string_view interface_id) const {
  return std::find(interfaces.begin(), interfaces.end(), interface_id) != interfaces.end();
}

base::Result<Descriptor> read_descriptor(const herald_descriptor* raw) {
  if (raw == nullptr || !HERALD_HAS(raw, evidence)) return wrong("it is missing or too small");
  Descriptor d;
  const auto take = [](herald_str from, std::string& to, std::size_t max) {
    auto text = text_of(from, max);
    if (text) to = std::move(*text);
    return text.has_value();
  };
  std::string interfaces, addresses, formats;
  if (!take(raw->id, d.id, 100) || !of(d.id, "._-", 3, 100))
    return wrong("id must be [a-z0-9._-]{3,100}");
  if (!take(raw->name, d.name, 100) || d.name.empty())
    return wrong("name must be 1 to 100 bytes of UTF-8");
  if (!take(raw->version, d.version, 100) || d.version.empty())
    return wrong("version must be 1 to 100 bytes of UTF-8");
  if (!take(raw->description, d.description, 4096))
    return wrong("description is not UTF-8 of at most 4 KiB");
  if (!take(raw->config_schema, d.config_schema, 256 * 1024))
    return wrong("config_schema is not UTF-8");
  if (!take(raw->interfaces, interfaces, 1000) || !take(raw->addresses, addresses, 1000) ||
      !take(raw->formats, formats, 1000))
    return wrong("interfaces, addresses and formats must be short texts");
  if (!d.config_schema.empty()) {
    const auto schema = base::parse_json(d.config_schema);
    if (!schema || !schema->is_object()) return wrong("config_schema is not a JSON object");
  }
  d.interfaces = words(interfaces);
  d.addresses = words(addresses);
  d.formats = words(formats);
  d.flags = raw->flags;
  d.max_in_flight = raw->max_in_flight;
  d.max_message_bytes = raw->max_message_bytes;
  if (!d.offers(HERALD_CHANNEL) && !d.offers(HERALD_TEMPLATE))
    return wrong("interfaces names neither " HERALD_CHANNEL " nor " HERALD_TEMPLATE);
  for (const auto& kind : d.addresses)
    if (!of(kind, "._-", 1, 64)) return wrong("addresses must be identity kinds of [a-z0-9._-]");
  for (const auto& format : d.formats)
    if (!of(format, "ABCDEFGHIJKLMNOPQRSTUVWXYZ/.+_-", 3, 100) ||
        format.find('/') == std::string::npos)
      return wrong("formats must be MIME types");
  if (d.offers(HERALD_CHANNEL)) {
    if (d.addresses.empty() && !d.has(HERALD_PLUGIN_REACHES_NOBODY))
      return wrong("a channel must name the identity kinds it addresses");
    if ((raw->evidence & 1U) != 0) return wrong("evidence has bit 0, which is no receipt state");
    if (d.has(HERALD_PLUGIN_RECEIPTS) && (raw->evidence & kKnownEvidence) == 0)
      return wrong("it promises receipts, but evidence names none");
  }
  // Accepted needs no promise: it is what complete() says. Unknown bits are of a newer SDK.
  d.evidence = (raw->evidence & kKnownEvidence & ~(1U << HERALD_RECEIPT_FAILED)) |
               model::evidence_bit(model::Evidence::accepted);
  return d;
}

}  // namespace herald::plugin
