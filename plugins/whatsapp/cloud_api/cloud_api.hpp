// cloud_api.hpp - Meta's WhatsApp Business Cloud API.
#pragma once

#include "provider.hpp"

namespace whatsapp::cloud_api {

class CloudApi final : public Provider {
 public:
  CloudApi(const Settings& settings, const Secrets& secrets)
      : settings_{settings}, secrets_{secrets} {}

  Limits limits() const noexcept override { return {4096, true}; }
  Table codes() const noexcept override;
  std::string missing_secret() const override;
  bool can_address(const Address&) const noexcept override { return true; }

  herald::Request request(const Draft& draft, const herald::Delivery& delivery,
                          int64_t now_unix_ms) const override;
  Answer answer(const herald::FetchResult& result, uint32_t attempt) const override;

  bool verifies() const noexcept override { return true; }
  herald::Response verification(const herald::Incoming& request) const override;
  Proof proof(const herald::Incoming& request) const override;
  std::optional<Notice> notice(const herald::Incoming& request) const override;
  herald::Response heard() const override { return herald::Response::plain(""); }

 private:
  const Settings& settings_;
  const Secrets& secrets_;
};

/// The body of POST /{version}/{phone-number-id}/messages.
std::string send_body(const Draft& draft, std::string_view attempt_id, bool preview_url);
Answer read_answer(const herald::FetchResult& result, uint32_t attempt);
/// Nothing when the body is no JSON object.
std::optional<Notice> read_notice(std::string_view body, std::string_view phone_number_id);

/// "sha256=" and 64 lower-case hex digits: HMAC-SHA256 of exactly these bytes.
std::string signature(std::string_view key, std::string_view body);
/// Is `header` (X-Hub-Signature-256) the signature of the raw body? An empty key proves nothing.
bool signed_by(std::string_view key, std::string_view body, std::string_view header);

}  // namespace whatsapp::cloud_api
