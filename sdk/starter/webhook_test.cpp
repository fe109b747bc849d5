// Runs the channel in FakeHost: no daemon, no network, no waiting.
#include <herald/testing/fake_host.hpp>
#include <iostream>

namespace {

int failures = 0;
void check(bool good, const char* what) {
  if (!good) ++failures;
  std::cout << (good ? "ok      " : "FAILED  ") << what << '\n';
}

}  // namespace

int main() {
  herald::testing::FakeHost host;
  const herald::Message hello{
      .id = "m1", .user = "42", .parts = {{.mime = "text/plain", .data = "Bonjour"}}};
  const auto result = [&](herald_op op) {
    const auto* outcome = host.outcome(op);
    return outcome != nullptr ? outcome->result : herald_result{};
  };

  check(host.load().ok() && host.configure("{}").ok() && host.start().ok(), "starts");
  check(result(host.deliver(hello)) == HERALD_CHANNEL_DOWN, "is down without its secret");

  host.core.set_secret("url", "https://example.org/hook");
  host.http.reply(herald::Response::plain("thanks"));
  check(result(host.deliver(hello)) == HERALD_ACCEPTED, "accepts what the receiver took");
  check(host.http.fetches.back().body == "Bonjour", "sends the text");
  check(herald::header(host.http.fetches.back().headers, "idempotency-key") == "m1",
        "sends the same key with each try");

  host.http.fail(HERALD_REACHED_NOTHING, "connection refused");
  check(result(host.deliver(hello)) == HERALD_RETRY, "tries again when nothing was sent");
  host.http.fail(HERALD_REACHED_PERHAPS, "connection reset");
  check(result(host.deliver(hello)) == HERALD_UNKNOWN, "does not know when it may have arrived");
  host.http.reply({404, {}, ""});
  check(result(host.deliver(hello)) == HERALD_REJECTED, "gives up what the receiver refuses");

  for (const auto& violation : host.finish()) check(false, violation.c_str());
  return failures == 0 ? 0 : 1;
}
