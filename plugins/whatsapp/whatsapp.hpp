// whatsapp.hpp - the channel: sends through one of two providers, hears of statuses and of people's
// messages by webhook.
// Owns: the settings, the secrets in memory. Runs on: the instance's strand.
// Never: sends a request twice, blocks, writes a secret, number or text anywhere but to the
// provider.
#pragma once

#include <herald/herald.hpp>

#include "people/people.hpp"
#include "provider.hpp"

namespace whatsapp {

class Whatsapp : public herald::Channel {
 public:
  explicit Whatsapp(herald::Host host) : Channel{host}, people_{std::move(host)} {}

  void configure(std::string_view json) override;
  void start() override;
  void deliver(const herald::Delivery& delivery, herald::Completion done) override;

 private:
  struct Post;
  static constexpr uint32_t kMaxAnswer = 64 * 1024;  // bytes of a provider's answer to a send

  // Sending (sending.cpp)
  void send(const herald::Delivery& delivery, const Person& person, herald::Completion done);
  void sent(const herald::Delivery& delivery, const Address& to, herald::Completion done,
            Answer answer);
  void finish(herald::Completion done, const Answer& answer);
  void note(const herald::Outcome& outcome);

  // Hearing (webhook.cpp, hearing.cpp, answering.cpp)
  std::string path() const;
  void mount_webhook();
  void verify(const herald::Incoming& request, const herald::Exchange& exchange);
  void notified(const herald::Incoming& request, const herald::Exchange& exchange);
  void count(const Notice& notice);
  void heard(const Inbound& message, herald::Callback<bool> next);
  void resolve(const Inbound& message, herald::Callback<bool> next);
  void say(const Address& to, const std::string& text);
  void learnt(const News& news, herald::Callback<bool> next);
  void record(const std::shared_ptr<Post>& post);
  void answer(const herald::Exchange& exchange, herald::Response response);

  Settings settings_;
  Secrets secrets_;
  std::unique_ptr<Provider> provider_;  // borrows both
  People people_;
  bool started_ = false;
  std::optional<std::string> alarm_;  // what the last clear alarm was about; nothing while it works
  herald::Metric sends_, webhooks_, statuses_, inbound_, answers_;
};

}  // namespace whatsapp
