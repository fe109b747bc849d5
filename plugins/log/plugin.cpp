// The log channel: one line per attempt, for the end of a chain. It reaches nobody.
// Owns: the file it appends to. Runs on its own thread (BLOCKING: a disk may be slow). Never counts
// as delivery, and never writes a text or a telephone number it was not told to.
#include <herald/herald.hpp>

#include <optional>

#include "file.hpp"
#include "line.hpp"
#include "settings.hpp"

namespace log_channel {

class Log : public herald::Channel {
 public:
  using Channel::Channel;

  void configure(std::string_view json) override {
    settings_ = parse_settings(json);
    if (settings_.file.empty())
      file_.reset();
    else if (!file_ || file_->path() != settings_.file)
      file_.emplace(settings_.file);
  }

  void start() override {
    if (!file_) return;
    if (const auto why = file_->open(); !why.empty())
      host().warn("the file of a log channel cannot be used", {{"cause", why}});
  }

  void deliver(const herald::Delivery& delivery, herald::Completion done) override {
    if (!file_) return to_daemon_log(delivery, done);
    const auto why = file_->append(line(delivery, host().now_unix_ms(), settings_.text));
    if (why.empty()) return done(herald::Outcome::accepted());
    done(herald::Outcome::retry(HERALD_REASON_INTERNAL, why));
  }

 private:
  void to_daemon_log(const herald::Delivery& delivery, herald::Completion& done) {
    const auto* raw = host().raw();
    const auto* core = static_cast<const herald_host_core*>(
        raw->get_interface(raw, herald::str(HERALD_HOST_CORE)));
    // What the daemon's log level hides is not recorded, so it must not be answered as if it were.
    if (core == nullptr || core->log_enabled(raw, HERALD_LOG_INFO) == 0)
      return done(herald::Outcome::channel_down(
          HERALD_REASON_CONFIGURATION,
          "the daemon's log level hides this channel's lines; set `log: level: info`, "
          "or give the channel the setting `file`"));
    const auto& message = delivery.message;
    host().info("notification recorded",
                {{"id", message.herald_id},
                 {"attempt", delivery.attempt_id},
                 {"kind", message.kind},
                 {"type", message.type},
                 {"user", message.user.starts_with('+') ? mask_phones(message.user) : message.user},
                 {"priority", priority_name(message.priority)}});
    done(herald::Outcome::accepted());
  }

  Settings settings_;
  std::optional<File> file_;
};

}  // namespace log_channel

HERALD_PLUGIN(
    log_channel::Log, .id = "org.herald.log", .name = "Log", .version = "0.1.0",
    .license = "Apache-2.0",
    .description = "Records every notification in a file of JSON lines or in the daemon's log",
    .config_schema =
        R"({"type":"object","additionalProperties":false,"properties":{)"
        R"("file":{"type":"string"},"to":{"enum":["file","journal"]},"text":{"type":"boolean"}}})",
    .flags = HERALD_PLUGIN_REACHES_NOBODY | HERALD_PLUGIN_IDEMPOTENT | HERALD_PLUGIN_BLOCKING,
    .max_message_bytes = 64 * 1024, .addresses = "user", .formats = "text/plain",
    .evidence = herald::evidence(HERALD_RECEIPT_SENT));
