#include "files.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "mistake.hpp"
#include "texts.hpp"

namespace catalog {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMaxYaml = 1 << 20, kMaxText = 64 * 1024, kMaxFiles = 2'000,
                      kMaxAll = 8 << 20;

std::string read_file(const fs::path& path, const std::string& name, std::size_t most) {
  std::error_code problem;
  // A pipe or a device could block or never end.
  if (!fs::is_regular_file(path, problem))
    mistake({path.string()}, "not a file that can be read; check that it is there");
  std::ifstream in{path, std::ios::binary};
  std::string raw(most + 1, '\0');
  if (in) in.read(raw.data(), static_cast<std::streamsize>(raw.size()));
  if (!in && !in.eof())
    mistake({path.string()}, std::string{"cannot be read: "} + std::strerror(errno));
  raw.resize(static_cast<std::size_t>(in.gcount()));
  if (raw.size() > most) mistake({name}, "larger than " + std::to_string(most / 1024) + " KiB");
  if (raw.starts_with("\xEF\xBB\xBF")) raw.erase(0, 3);
  if (!is_text(raw)) mistake({name}, "not UTF-8 text; save it as UTF-8");
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i)
    if (raw[i] != '\r' || i + 1 >= raw.size() || raw[i + 1] != '\n') out += raw[i];
  return out;
}

}  // namespace

Files read_folder(const std::string& folder) {
  std::error_code problem;
  const auto status = fs::status(folder, problem);
  if (!fs::is_directory(status))
    mistake({folder},
            "is no folder that can be read; set `templates: settings: folder:` to the one with "
            "kinds.yaml");
  Files out;
  out["kinds.yaml"] = read_file(fs::path{folder} / "kinds.yaml", "kinds.yaml", kMaxYaml);
  std::size_t all = out["kinds.yaml"].size();
  for (fs::directory_iterator locale{folder, problem}, end; !problem && locale != end;
       locale.increment(problem)) {
    std::error_code inner;
    const auto locale_name = locale->path().filename().string();
    if (!fs::is_directory(locale->path(), inner) || locale_name.starts_with('.')) continue;
    for (fs::directory_iterator file{locale->path(), inner}; !inner && file != end;
         file.increment(inner)) {
      const auto file_name = file->path().filename().string();
      if (!file_name.ends_with(".mustache") || file_name.starts_with('.')) continue;
      const auto name = locale_name + '/' + file_name;
      out[name] = read_file(file->path(), name, kMaxText);
      all += out[name].size();
      if (out.size() > kMaxFiles || all > kMaxAll)
        mistake({folder}, "holds more than 2,000 texts or 8 MiB");
    }
    if (inner) mistake({locale->path().string()}, "cannot be read: " + inner.message());
  }
  if (problem) mistake({folder}, "cannot be read: " + problem.message());
  return out;
}

std::string version_of(const Files& files) {
  // FNV-1a: it tells versions apart and protects nothing.
  uint64_t hash = 14695981039346656037ULL;
  const auto add = [&](const std::string& text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    hash = (hash ^ 0xFFU) * 1099511628211ULL;
  };
  for (const auto& [name, content] : files) add(name), add(content);
  std::array<char, 17> out{};
  std::snprintf(out.data(), out.size(), "%016llx", static_cast<unsigned long long>(hash));
  return out.data();
}

}  // namespace catalog
