#include "config/load.hpp"

#include <atomic>
#include <filesystem>

#include "config/files.hpp"
#include "config/sections.hpp"

namespace herald::config {
namespace {

base::Error refused(const Diagnostics& diagnostics) {
  const auto n = diagnostics.errors();
  return base::fail(base::Code::invalid,
                    std::to_string(n) + (n == 1 ? " mistake" : " mistakes") +
                        " in the configuration; first: " + diagnostics.first());
}

}  // namespace

base::Result<ConfigPtr> load_text(const std::vector<Text>& texts, Diagnostics& diagnostics,
                                  const std::string& folder, const Also& also) {
  static std::atomic<uint64_t> generations{0};
  const auto errors_before = diagnostics.errors();
  auto config = std::make_shared<Config>();
  config->folder = folder;
  config->generation = ++generations;
  Node root;
  root.kind = Node::Kind::map;
  root.line = root.column = 1;
  bool readable = true;
  for (const auto& text : texts) config->files.push_back(text.name);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].text.size() <= kMaxFileBytes) diagnostics.add_source(texts[i].name, texts[i].text);
    auto tree = parse(texts[i].text, static_cast<uint16_t>(i), texts[i].name, diagnostics);
    readable = readable && tree;
    if (tree) merge(root, std::move(*tree), config->files, diagnostics);
  }
  // With a file missing, what the others say would be judged wrongly.
  if (!readable) return refused(diagnostics);
  Context context{diagnostics, config->files, folder, &config->marks, nullptr};
  Reader reader{context, &root, {}};
  read_all(reader, *config);
  check_together(*config, diagnostics);
  if (diagnostics.errors() > errors_before) {
    if (also) also(*config, diagnostics);
    return refused(diagnostics);
  }
  return ConfigPtr{std::move(config)};
}

base::Result<ConfigPtr> load(const std::string& path, Diagnostics& diagnostics, const Also& also) {
  const auto texts = read_files(path, diagnostics);
  if (!texts) return refused(diagnostics);
  std::error_code problem;
  const auto whole = std::filesystem::absolute(path, problem);
  return load_text(*texts, diagnostics, whole.lexically_normal().parent_path().string(), also);
}

}  // namespace herald::config
