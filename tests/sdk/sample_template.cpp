// A template plugin as an author writes it. Its entry symbol is renamed: the executable has the
// probe's already.
#define herald_entry_v1 sample_template_entry_v1
#include <herald/herald.hpp>

namespace {

class Greeter : public herald::Template {
 public:
  using Template::Template;

  std::string catalog() override {
    return R"({"version":"7","kinds":[{"kind":"greeting","params":[]}]})";
  }

  herald::Rendered render(const herald::RenderRequest& request) override {
    if (request.kind != "greeting")
      throw herald::Error{HERALD_E_INVALID, "no template for " + request.kind};
    herald::Rendered out{.title = "Bonjour", .version = "7"};
    for (const auto& format : request.formats)
      out.parts.emplace_back(format, "**Bonjour** " + request.params_json);
    out.fields_json = R"({"a":"1"})";
    return out;
  }
};

}  // namespace

HERALD_PLUGIN(Greeter, .id = "org.example.greeter", .name = "Greeter", .version = "1.0.0");

#undef herald_entry_v1
const herald_entry& sample_template_entry();
const herald_entry& sample_template_entry() { return sample_template_entry_v1; }
