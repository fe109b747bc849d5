#include "plugin/library.hpp"

#include <algorithm>
#include <atomic>
#include <boost/dll/library_info.hpp>
#include <boost/dll/shared_library.hpp>

#include "base/text.hpp"
#include "plugin/runtime.hpp"
#include "plugin/text.hpp"

namespace herald::plugin {

namespace dll = boost::dll;
using base::Code;

struct Library::Mapped {
  dll::shared_library library;
};

namespace {

/// A path to the open copy that no earlier generation had: the loader answers a known name with the
/// code it already has, and descriptor numbers come back. The generation is written into the path
/// as slashes and dots, which the kernel skips.
std::string unique_path(int fd) {
  static std::atomic<uint64_t> generations{0};
  std::string path = "/proc/self/fd";
  for (auto n = ++generations; n != 0; n >>= 1U) path += (n & 1U) != 0 ? "//" : "/.";
  return path + "/" + std::to_string(fd);
}

/// The cause, when the file does not export our entry.
std::string missing_symbol(const std::vector<std::string>& symbols) {
  if (std::find(symbols.begin(), symbols.end(), HERALD_ENTRY_SYMBOL) != symbols.end()) return {};
  for (const auto& symbol : symbols)
    if (symbol.starts_with("herald_entry_v"))
      return "was built for another major version of the plugin interface (" +
             base::escape_control(symbol) + "; this daemon takes " HERALD_ENTRY_SYMBOL ")";
  return "is no Herald plugin (it does not export " HERALD_ENTRY_SYMBOL ")";
}

std::string check_entry(const herald_entry* entry) {
  if (!HERALD_HAS(entry, create)) return "has an entry that is too small";
  if (entry->abi_major != HERALD_ABI_MAJOR)
    return "was built for another major version of the plugin interface";
  if (entry->min_host_minor > HERALD_ABI_MINOR)
    return "needs plugin interface 1." + std::to_string(entry->min_host_minor) +
           "; this daemon has 1." + std::to_string(HERALD_ABI_MINOR);
  if (entry->create == nullptr || entry->descriptors == nullptr || entry->descriptors_size == 0 ||
      entry->descriptors_size > 16)
    return "has an entry without create() or with no descriptor, or more than 16";
  return {};
}

}  // namespace

Library::Library() : mapped_{std::make_unique<Mapped>()} {}

Library::~Library() {
  // Intentionally never unmapped: a thread, an exception or a destructor of the plugin may still
  // need its code.
  if (!unload_) keep_for_ever(std::shared_ptr<Mapped>{std::move(mapped_)});
}

base::Result<std::shared_ptr<Library>> Library::open(Candidate candidate, std::string_view pin,
                                                     bool unload) {
  const auto refuse = [&](std::string_view cause, std::string_view next) {
    return base::fail(
        Code::invalid,
        base::escape_control(candidate.path) + ": " + std::string{cause} + "; " + std::string{next},
        "plugin");
  };
  constexpr auto kRebuild = "install a version of the plugin made for this daemon";
  std::shared_ptr<Library> library{new Library};
  library->unload_ = unload;
  const auto path = unique_path(candidate.copy.get());
  try {
    dll::library_info info{path};
    if (const auto cause = missing_symbol(info.symbols()); !cause.empty())
      return refuse(cause, kRebuild);
    // The pin is compared before any code of the file can run.
    if (!pin.empty() && pin != candidate.sha256)
      return refuse("has SHA-256 " + candidate.sha256 + ", not the one the configuration names",
                    "install the right file or correct sha256");
    library->mapped_->library.load(path, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    library->entry_ = &library->mapped_->library.get<const herald_entry>(HERALD_ENTRY_SYMBOL);
  } catch (const std::exception& e) {
    return refuse("cannot be loaded: " + note(e.what(), 400),
                  "install it again, with the libraries it needs");
  }
  if (const auto cause = check_entry(library->entry_); !cause.empty())
    return refuse(cause, kRebuild);
  for (uint32_t i = 0; i < library->entry_->descriptors_size; ++i) {
    auto descriptor = read_descriptor(library->entry_->descriptors[i]);
    if (!descriptor) return refuse(descriptor.error().message, "report it to the plugin's author");
    for (const auto& other : library->descriptors_)
      if (other.id == descriptor->id)
        return refuse("has two descriptors with id " + other.id,
                      "report it to the plugin's author");
    library->descriptors_.push_back(std::move(*descriptor));
  }
  library->path_ = std::move(candidate.path);
  library->sha256_ = std::move(candidate.sha256);
  return library;
}

const Descriptor* Library::offering(std::string_view interface_id) const {
  for (const auto& d : descriptors_)
    if (d.offers(interface_id)) return &d;
  return nullptr;
}

herald_status Library::create(const herald_host* host, const std::string& plugin_id,
                              herald_plugin** out, herald_error* error) {
  const std::lock_guard lock{creating_};
  std::string thrown;
  const auto status =
      guarded(thrown, [&] { return entry_->create(host, str(plugin_id), out, error); });
  if (!thrown.empty()) {
    error->text_size = static_cast<uint32_t>(std::min(thrown.size(), sizeof error->text));
    thrown.copy(error->text, error->text_size);
  }
  return status;
}

}  // namespace herald::plugin
