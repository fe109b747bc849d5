// A channel that posts each message to a URL. The URL is a secret: it carries the receiver's token.
#include <herald/herald.hpp>

class Webhook : public herald::Channel {
 public:
  using Channel::Channel;

  void start() override {
    host().watch_secret("url", [this](herald::Secret secret) { url_ = secret.value; });
  }

  void deliver(const herald::Delivery& delivery, herald::Completion done) override {
    if (url_.empty())
      return done(herald::Outcome::channel_down(HERALD_REASON_CONFIGURATION,
                                                "the secret \"url\" is not set"));
    herald::Request request{.method = "POST", .url = url_, .once = true};
    request.headers = {{"Content-Type", "text/plain; charset=utf-8"},
                       {"Idempotency-Key", delivery.message.id}};
    request.body = delivery.message.body("text/plain");
    host().fetch(request, [done = std::move(done)](herald::FetchResult result) mutable {
      done(judge(result));
    });
  }

 private:
  static herald::Outcome judge(const herald::FetchResult& result) {
    using herald::Outcome;
    if (!result.ok())
      return result.reached == HERALD_REACHED_NOTHING
                 ? Outcome::retry(HERALD_REASON_NETWORK, result.error)
                 : Outcome::unknown(result.error, HERALD_REASON_NETWORK);
    const auto status = result.response.status;
    const auto detail = "the receiver answered " + std::to_string(status);
    if (status / 100 == 2) return Outcome::accepted();
    if (status == 401 || status == 403) return Outcome::channel_down(HERALD_REASON_AUTH, detail);
    if (status == 429) return Outcome::retry(HERALD_REASON_RATE_LIMITED, detail, 10'000);
    if (status / 100 == 4) return Outcome::rejected(HERALD_REASON_BAD_CONTENT, detail);
    return Outcome::unknown(detail, HERALD_REASON_PROVIDER);
  }

  std::string url_;
};

HERALD_PLUGIN(Webhook, .id = "org.example.webhook", .name = "Webhook", .version = "1.0.0",
              .description = "Posts each message to a URL", .flags = HERALD_PLUGIN_IDEMPOTENT,
              .addresses = "user", .formats = "text/plain",
              .evidence = herald::evidence(HERALD_RECEIPT_SENT));
