// Kills the daemon whenever it is given a text with "poison" in it. Each delivery appends a line
// "attempt text" to the file "record" first. Idempotent, so that Herald tries again.
#include <csignal>
#include <fstream>
#include <herald/herald.hpp>

namespace kills {

class Channel : public herald::Channel {
 public:
  using herald::Channel::Channel;

  void configure(std::string_view json) override {
    const auto at = json.find("\"/");
    if (at == json.npos) throw herald::Error{HERALD_E_INVALID, "record is missing"};
    record_ = json.substr(at + 1, json.find('"', at + 1) - at - 1);
  }

  void deliver(const herald::Delivery& delivery, herald::Completion done) override {
    const auto text = delivery.message.body("text/plain");
    std::ofstream{record_, std::ios::app} << delivery.attempt_id << ' ' << text << '\n';
    if (text.find("poison") != std::string_view::npos) {
      std::signal(SIGSEGV, SIG_DFL);
      std::raise(SIGSEGV);
    }
    done(herald::Outcome::delivered());
  }

 private:
  std::string record_;
};

}  // namespace kills

HERALD_PLUGIN(kills::Channel, .id = "org.herald.test.kills", .name = "Kills", .version = "1.0.0",
              .license = "Apache-2.0", .description = "Dies of a word",
              .config_schema = R"({"type":"object","properties":{"record":{"type":"string"}}})",
              .flags = HERALD_PLUGIN_IDEMPOTENT, .addresses = "user", .formats = "text/plain",
              .evidence = herald::evidence(HERALD_RECEIPT_SENT, HERALD_RECEIPT_DELIVERED));
