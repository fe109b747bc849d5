// provider.hpp - what the two providers do differently: how a send is written and its answer read,
// and how their webhooks are proven and read.
// Owns: nothing; an implementation borrows settings and secrets. Runs on: the instance's strand.
// Never: speaks to the network or the host itself.
#pragma once

#include <memory>

#include "draft.hpp"
#include "notice.hpp"
#include "secrets.hpp"

namespace whatsapp {

/// What the answer to a send means, and what it tells of the person.
struct Answer {
  herald::Outcome outcome{};
  std::optional<int64_t> code{};  // of the error table, when there was an error object
  Remember remember = Remember::nothing;
  bool window_closed = false;
  std::string wa_phone{};  // the number the provider knows the person by, when it says so
};

class Provider {
 public:
  virtual ~Provider() = default;

  virtual Limits limits() const noexcept = 0;
  virtual Table codes() const noexcept = 0;
  /// The secret without which nothing can be sent; empty: it is there.
  virtual std::string missing_secret() const = 0;
  virtual bool can_address(const Address& to) const noexcept = 0;

  /// The request for a draft; the attempt's id travels with it and comes back with every status.
  virtual herald::Request request(const Draft& draft, const herald::Delivery& delivery,
                                  int64_t now_unix_ms) const = 0;
  /// attempt: 1 for the first try. Never RETRY where the message may have left.
  virtual Answer answer(const herald::FetchResult& result, uint32_t attempt) const = 0;

  /// Does the provider verify the webhook's address by a GET?
  virtual bool verifies() const noexcept = 0;
  virtual herald::Response verification(const herald::Incoming& request) const = 0;

  enum class Proof { genuine, forged, no_secret };
  /// Over the bytes as they came.
  virtual Proof proof(const herald::Incoming& request) const = 0;
  /// Nothing when the body is not what the provider sends. Tolerates whatever is unknown in it.
  virtual std::optional<Notice> notice(const herald::Incoming& request) const = 0;
  /// The answer once everything is committed.
  virtual herald::Response heard() const = 0;
};

std::unique_ptr<Provider> make_cloud_api(const Settings& settings, const Secrets& secrets);
std::unique_ptr<Provider> make_twilio(const Settings& settings, const Secrets& secrets);

/// No answer came: unknown where the request may have arrived, else retry.
herald::Outcome no_answer(const herald::FetchResult& result);
/// Retry-After in ms, at most a day; 0 when there is none.
uint32_t retry_after_ms(const herald::Fields& headers);

}  // namespace whatsapp
