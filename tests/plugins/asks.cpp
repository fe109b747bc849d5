// A provider that accepts a message and drops the connection, but can be asked: deliver() writes
// the attempt's id into the file "ledger" (a text with "never" in it is not written) and does not
// know; reconcile() looks there. While the file <ledger>.mute exists questions are not answered.
// Each question appends a line "asked <attempt id>" to <ledger>.log.
#include <fstream>
#include <herald/herald.hpp>

namespace asks {

class Channel : public herald::Channel {
 public:
  using herald::Channel::Channel;

  void configure(std::string_view json) override {
    const auto at = json.find("\"/");
    if (at == json.npos) throw herald::Error{HERALD_E_INVALID, "ledger is missing"};
    ledger_ = json.substr(at + 1, json.find('"', at + 1) - at - 1);
  }

  void deliver(const herald::Delivery& delivery, herald::Completion done) override {
    if (delivery.message.body("text/plain").find("never") == std::string_view::npos)
      std::ofstream{ledger_, std::ios::app} << delivery.attempt_id << '\n';
    done(herald::Outcome::unknown("the provider hung up"));
  }

  void reconcile(const herald::Delivery& delivery, std::string_view /*provider_id*/,
                 herald::Completion done) override {
    std::ofstream{ledger_ + ".log", std::ios::app} << "asked " << delivery.attempt_id << '\n';
    if (std::ifstream{ledger_ + ".mute"}.good()) return unanswered_.push_back(std::move(done));
    std::ifstream ledger{ledger_};
    for (std::string line; std::getline(ledger, line);)
      if (line == delivery.attempt_id) return done(herald::Outcome::delivered());
    done(herald::Outcome::retry(HERALD_REASON_NETWORK, "the provider never saw it"));
  }

  void stop() override { unanswered_.clear(); }

 private:
  std::string ledger_;
  std::vector<herald::Completion> unanswered_;
};

}  // namespace asks

HERALD_PLUGIN(asks::Channel, .id = "org.herald.test.asks", .name = "Asks", .version = "1.0.0",
              .license = "Apache-2.0", .description = "Can say what became of an attempt",
              .config_schema = R"({"type":"object","properties":{"ledger":{"type":"string"}}})",
              .addresses = "user", .formats = "text/plain",
              .evidence = herald::evidence(HERALD_RECEIPT_SENT, HERALD_RECEIPT_DELIVERED));
