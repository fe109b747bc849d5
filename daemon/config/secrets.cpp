#include <cstdlib>

#include "config/files.hpp"

namespace herald::config {

base::Result<std::string> read_secret(const Secret& secret) {
  constexpr std::size_t kMost = 64 * 1024;
  auto path = secret.file;
  if (path.empty()) {
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder == nullptr || *folder == '\0')
      return base::fail(base::Code::not_found,
                        "credential `" + secret.credential +
                            "` is only there when systemd starts the daemon with LoadCredential=" +
                            secret.credential);
    path = std::string{folder} + '/' + secret.credential;
  }
  auto text = read_bytes(path, kMost);
  if (!text) return text;
  if (text->size() > kMost)
    return base::fail(base::Code::too_large, "is larger than 64 KiB; no secret is", path);
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  if (text->empty())
    return base::fail(base::Code::invalid, "is empty; write the secret into it", path);
  return text;
}

}  // namespace herald::config
