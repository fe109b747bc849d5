#pragma once

#include <herald/herald.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/scan.hpp"

namespace herald::plugin {

/// One generation of a plugin's code: a private copy, mapped under a name of its own. Shared by the
/// instances made of it. Stays mapped when the last of them is gone, unless `unload` was asked for
/// (tests).
class Library {
 public:
  /// Checks the exported symbol before any code runs, maps it (its constructors run here), checks
  /// the entry. `pin`: SHA-256 the file must have, hex; empty: any. Errors are one line: file,
  /// cause, next step.
  static base::Result<std::shared_ptr<Library>> open(Candidate candidate, std::string_view pin,
                                                     bool unload);
  ~Library();

  const std::string& path() const { return path_; }
  const std::string& sha256() const { return sha256_; }
  /// nullptr when it has no descriptor that offers the interface.
  const Descriptor* offering(std::string_view interface_id) const;
  /// Runs the plugin's create(), one at a time. Exceptions become E_INTERNAL.
  herald_status create(const herald_host* host, const std::string& plugin_id, herald_plugin** out,
                       herald_error* error);

 private:
  struct Mapped;
  Library();
  std::string path_, sha256_;
  std::unique_ptr<Mapped> mapped_;
  const herald_entry* entry_ = nullptr;
  std::vector<Descriptor> descriptors_;
  bool unload_ = false;
  std::mutex creating_;
};

/// Calls into a plugin: whatever it throws ends here. `what` gets the exception's text.
template <class F>
herald_status guarded(std::string& what, F&& f) {
  try {
    return f();
  } catch (const std::exception& e) {
    what = e.what();
  } catch (...) {
    what = "an exception that is no std::exception";
  }
  if (what.empty()) what = "an exception without text";
  return HERALD_E_INTERNAL;
}

}  // namespace herald::plugin
