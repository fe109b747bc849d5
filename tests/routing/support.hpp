#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.hpp"
#include "routing/routing.hpp"

namespace herald::routing {

using model::Evidence;
using model::Priority;

inline config::ConfigPtr configured(const std::string& text) {
  config::Diagnostics d;
  auto c = config::load_text({{"t.yaml", text}}, d);
  if (!c) throw std::logic_error(d.render());
  return *c;
}

inline model::ChannelInfo channel(std::string name, std::vector<Evidence> evidence) {
  model::ChannelInfo info;
  info.name = info.plugin = std::move(name);
  info.running = true;
  for (const auto e : evidence) info.evidence |= model::evidence_bit(e);
  return info;
}

/// As the bundled channels declare themselves.
inline std::vector<model::ChannelInfo> bundled() {
  auto webchat = channel(
      "webchat", {Evidence::accepted, Evidence::delivered, Evidence::read, Evidence::answered});
  webchat.idempotent = true;
  auto whatsapp = channel("whatsapp", {Evidence::accepted, Evidence::delivered, Evidence::read});
  whatsapp.reconciles = true;
  auto log = channel("log", {Evidence::accepted});
  log.reaches_nobody = true;
  auto sms = channel("sms", {Evidence::accepted});
  return {webchat, whatsapp, log, sms};
}

inline const std::string kChannels =
    "channels: { webchat: { plugin: webchat }, whatsapp: { plugin: whatsapp, timeout: 5s }, log: { "
    "plugin: log }, sms: { plugin: sms } }\n";

}  // namespace herald::routing
