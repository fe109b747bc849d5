// library.hpp - kinds and texts of one version of the folder, ready for rendering.
// Owns: the parsed kinds and the compiled texts. Runs on the instance's strand.
// Never: reads a file, or changes after it was built.
#pragma once

#include <herald/message.hpp>

#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "mustache.hpp"

namespace catalog {

class Library {
 public:
  /// Throws the first mistake: herald::Error{HERALD_E_INVALID, "file:line:column: ..."}.
  explicit Library(const Files& files);

  const std::string& version() const { return version_; }
  /// What the host is told, see herald/abi/template.h.
  std::string catalog_json() const;
  /// text/plain: values verbatim. text/markdown: the same with values escaped. Throws
  /// herald::Error{HERALD_E_INVALID} for what can never be rendered.
  herald::Rendered render(const herald::RenderRequest& request);

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // locale, kind, variant or ""
  struct Text {
    Mustache body;
    std::unique_ptr<Mustache> title;
  };

  const Kind& kind(const std::string& name) const;
  void compile(const Files& files, const Kind& kind, const std::string& locale);

  std::string version_;
  Kinds kinds_;
  std::map<Key, Text> texts_;
};

std::string catalog_json(const Kinds& kinds, const std::string& version);
/// [{"id","label","text"}]; empty when there are none.
std::string actions_json(const Kind& kind);

}  // namespace catalog
