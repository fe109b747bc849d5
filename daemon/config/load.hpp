#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "config/diagnostics.hpp"

namespace herald::config {

/// Reads `path` and, beside it, conf.d/*.yaml in the order of their names (maps merge by key, lists
/// append, the same setting twice is an error). Every mistake goes to `diagnostics`; with one the
/// answer is Code::invalid and a summary, and a file that changes while it is read is read again.
/// What needs the plugins is checked by routing::check() afterwards. `also` is asked only when
/// there are mistakes: it adds those that can be seen without plugins, so that all are told at
/// once.
using Also = std::function<void(const Config&, Diagnostics&)>;
base::Result<ConfigPtr> load(const std::string& path, Diagnostics& diagnostics,
                             const Also& also = {});

/// The same for texts that are not files: the first is the main one. Relative paths are resolved
/// against `folder`.
struct Text {
  std::string name, text;
};
base::Result<ConfigPtr> load_text(const std::vector<Text>& texts, Diagnostics& diagnostics,
                                  const std::string& folder = "/", const Also& also = {});

/// The value of a secret without line ends behind it, from its file or systemd credential: 1 byte
/// to 64 KiB, else an error that does not contain it. Reads each time, so that a rotated one is
/// seen.
base::Result<std::string> read_secret(const Secret& secret);

/// One difference between two configurations.
struct Change {
  std::string what;      ///< "http.port", "channels.whatsapp", "routes", "log"
  bool restart = false;  ///< it takes effect only after a restart of the daemon
  friend bool operator==(const Change&, const Change&) = default;
};
/// What a reload changes, for people: per top-level setting, for channels one by one. Empty:
/// nothing.
std::vector<Change> diff(const Config& before, const Config& after);

}  // namespace herald::config
