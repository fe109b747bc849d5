#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/notification.hpp"

namespace herald::model {

/// What a channel instance declares (its plugin's descriptor plus its name in the configuration).
struct ChannelInfo {
  std::string name;  ///< in the configuration
  std::string plugin, version;
  std::vector<std::string> addresses;  ///< identity kinds, best first
  std::vector<std::string> formats;    ///< MIME types to render for it, best first
  uint32_t evidence = 0;               ///< evidence_bit()s it can report
  bool idempotent = false, reaches_nobody = false, disturbs = false, reconciles = false;
  bool inbox_only =
      false;  ///< an attempt has no other effect than the item it appends to the inbox
  unsigned max_in_flight = 0;  ///< 0: no limit of its own
  bool running = false;
  std::string problem;  ///< why it is not running
};

/// What a template produced for one step; stored with its version and reused by retries (R15).
struct Rendered {
  std::map<std::string, std::string> parts;  ///< MIME type -> text
  std::string title;
  std::vector<Action> actions;
  std::string fields_json = "{}";  ///< formatted parameters
  std::string version;
};

/// One attempt, as a channel gets it.
struct Delivery {
  std::string attempt_id;
  unsigned number = 1;
  Duration timeout{};
  Head head;
  Identity address;
  std::vector<Identity> identities;
  std::shared_ptr<const Rendered> rendered;
  std::string locale = "fr", time_zone = "Africa/Douala";
  TimePoint expires{};
};

/// A parameter of a kind, from the template plugin's catalog.
struct ParamSpec {
  std::string name;
  std::string type;  ///< string, id (text or integer), integer, number, boolean, object, phone
  bool required = true;
  std::string default_json;  ///< empty: none
  std::size_t max_bytes = 16 * 1024;
  std::vector<std::string> values;  ///< allowed values of a string; empty: any
  std::vector<ParamSpec> fields;    ///< of an object
};
struct KindSpec {
  std::string kind, type;
  Priority priority = Priority::normal;
  std::vector<ParamSpec> params;
  std::vector<Action> actions;
  std::vector<std::string> dedupe;  ///< parameters that make the dedupe key; empty: none
  std::vector<std::string> locales;
};
struct Catalog {
  std::string version;
  std::map<std::string, KindSpec, std::less<>> kinds;
};

namespace ports {

/// The running channel and template plugins, as the delivery room uses them. Implemented by
/// plugin/. Calls from any thread; every answer exactly once, on some core thread, also when the
/// plugin breaks its contract (then `unknown`, at the deadline).
class Channels {
 public:
  virtual ~Channels() = default;
  virtual std::vector<ChannelInfo> channels() const = 0;
  /// nullopt when there is none by that name.
  virtual std::optional<ChannelInfo> channel(std::string_view name) const = 0;
  virtual void deliver(std::string_view channel, Delivery, std::function<void(Outcome)>) = 0;
  virtual void cancel(std::string_view attempt_id) = 0;
  virtual void reconcile(std::string_view channel, Delivery, std::string provider_id,
                         std::function<void(Outcome)>) = 0;

  struct RenderRequest {
    std::string kind, params_json, content_json, locale, time_zone, channel;
    std::vector<std::string> formats;
    std::size_t max_bytes = 64 * 1024;
  };
  virtual void render(RenderRequest, std::function<void(base::Result<Rendered>)>) = 0;
  /// The catalog in force; never null.
  virtual std::shared_ptr<const Catalog> catalog() const = 0;
};

}  // namespace ports
}  // namespace herald::model
