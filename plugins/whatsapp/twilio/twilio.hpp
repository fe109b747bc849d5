// twilio.hpp - Twilio's Messaging API with WhatsApp addresses.
#pragma once

#include "provider.hpp"

namespace whatsapp::twilio {

class Twilio final : public Provider {
 public:
  Twilio(const Settings& settings, const Secrets& secrets)
      : settings_{settings}, secrets_{secrets} {}

  /// Buttons need a content template here, inside the window too.
  Limits limits() const noexcept override { return {1600, false}; }
  Table codes() const noexcept override;
  std::string missing_secret() const override;
  bool can_address(const Address& to) const noexcept override { return !to.phone.empty(); }

  herald::Request request(const Draft& draft, const herald::Delivery& delivery,
                          int64_t now_unix_ms) const override;
  Answer answer(const herald::FetchResult& result, uint32_t attempt) const override;

  bool verifies() const noexcept override { return false; }
  herald::Response verification(const herald::Incoming& request) const override;
  Proof proof(const herald::Incoming& request) const override;
  std::optional<Notice> notice(const herald::Incoming& request) const override;
  /// Without a body: Twilio would send a text to the person as an answer.
  herald::Response heard() const override { return {204, {}, {}}; }

 private:
  std::string authorization() const;
  std::string messages_url() const;

  const Settings& settings_;
  const Secrets& secrets_;
};

/// The form of POST /2010-04-01/Accounts/{AccountSid}/Messages.json.
herald::Fields send_fields(const Settings& settings, const Draft& draft,
                           const herald::Delivery& delivery, int64_t now_unix_ms);
Answer read_answer(const herald::FetchResult& result, uint32_t attempt);
/// `query`: of the address that was called; the attempt's id travels in it.
Notice read_notice(const herald::Fields& form, const herald::Fields& query,
                   std::string_view account_sid);

/// X-Twilio-Signature over the address as Twilio called it and the decoded fields (none for JSON).
std::string signature(std::string_view token, std::string_view url, const herald::Fields& form);
/// Accepts the address with and without its scheme's usual port. JSON bodies are proven by the
/// bodySHA256 of the address. An empty token proves nothing.
bool signed_by(std::string_view token, std::string_view url, std::string_view content_type,
               std::string_view body, std::string_view header);

}  // namespace whatsapp::twilio
