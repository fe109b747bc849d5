// whatsapp.hpp - the channel: sends through the WhatsApp Business Cloud API, hears of statuses by
// webhook.
// Owns: the settings, the secrets in memory. Runs on: the instance's strand.
// Never: sends a request twice, blocks, writes a secret, number or text anywhere but to the
// provider.
#pragma once

#include <herald/herald.hpp>

#include <array>
#include <memory>
#include <optional>

#include "answer.hpp"
#include "settings.hpp"

namespace whatsapp {

class Whatsapp : public herald::Channel {
 public:
  using Channel::Channel;

  void configure(std::string_view json) override;
  void start() override;
  void deliver(const herald::Delivery& delivery, herald::Completion done) override;

 private:
  struct Batch;

  void watch(const char* name, std::string& into);
  void finish(herald::Completion done, Answer answer);
  void note(const Answer& answer);

  std::string path() const;
  void mount_webhook();
  void verify(const herald::Incoming& request, const herald::Exchange& exchange);
  void notified(const herald::Incoming& request, const herald::Exchange& exchange);
  void record(const std::shared_ptr<Batch>& batch);
  void answer(const herald::Exchange& exchange, uint32_t status, std::string_view text);

  Settings settings_;
  bool started_ = false;
  std::string token_, app_secret_, verify_token_;
  std::optional<std::string> alarm_;  // what the last clear alarm was about; nothing while it works
  herald::Metric sends_, webhooks_, statuses_, inbound_;
};

}  // namespace whatsapp
