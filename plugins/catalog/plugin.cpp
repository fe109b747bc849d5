// The template plugin: texts from files, so that whoever runs Herald can change them.
// Owns: one Library. Runs on the instance's strand. Never touches the network, nor files while
// rendering.
#include <herald/herald.hpp>

#include "library.hpp"
#include "settings.hpp"

namespace catalog {

class Catalog : public herald::Template {
 public:
  using Template::Template;

  void configure(std::string_view json) override {
    auto settings = parse_settings(json);
    load(settings.folder);
    settings_ = std::move(settings);
  }

  /// Reads the folder again: a reload is how changed files are taken over. With a mistake in them
  /// the reload fails and the old texts stay.
  std::string catalog() override {
    load(settings_.folder);
    return library_->catalog_json();
  }

  herald::Rendered render(const herald::RenderRequest& request) override {
    return library_->render(request);
  }

 private:
  void load(const std::string& folder) {
    const auto files = read_folder(folder);
    if (library_ && library_->version() == version_of(files)) return;
    library_ = std::make_unique<Library>(files);
    host().info("templates loaded", {{"folder", folder}, {"version", library_->version()}});
  }

  Settings settings_;
  std::unique_ptr<Library> library_;
};

}  // namespace catalog

HERALD_PLUGIN(catalog::Catalog, .id = "org.herald.catalog", .name = "Catalog", .version = "0.1.0",
              .license = "Apache-2.0",
              .description = "Kinds, parameters and texts from a folder of YAML and Mustache files",
              .config_schema =
                  R"({"type":"object","additionalProperties":false,"required":["folder"],)"
                  R"("properties":{"folder":{"type":"string"}}})");
