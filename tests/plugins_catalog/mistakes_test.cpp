#include "catalog_test.hpp"

namespace catalog_test {
namespace {

using Mistakes = Folder;

#define EXPECT_REFUSED(part)                               \
  do {                                                     \
    const auto said = refusal();                           \
    EXPECT_NE(said.find(part), std::string::npos) << said; \
  } while (false)

TEST_F(Mistakes, InTextsAreToldWithFileLineAndColumn) {
  const std::pair<const char*, const char*> cases[] = {
      {"a\n{{a", "fr/k.mustache:2:1: `{{` is not closed by `}}`"},
      {"é {{{a}}", "fr/k.mustache:1:3: `{{` is not closed by `}}}`"},
      {"{{a\n}}", "fr/k.mustache:1:1: `{{` is not closed on its line"},
      {"x\n\n {{#a}}", "fr/k.mustache:3:2: `{{#a}}` is never closed; add `{{/a}}`"},
      {"{{/a}}", "fr/k.mustache:1:1: `{{/a}}` closes nothing"},
      {"{{#a}}\n{{#b}}\n{{/a}}{{/b}}",
       "fr/k.mustache:3:1: `{{/a}}` stands where `{{/b}}` is expected, opened on line 2"},
      {"{{=<% %>=}}", "other delimiters"},
      {"{{}}", "a tag holds the name of a parameter"},
      {"{{a b}}", "a tag holds the name of a parameter"},
      {"{{c}}", "fr/k.mustache:1:1: kind k has no parameter `c`; it has: a, b"},
      {"{{b}}", "`b` may be missing: write {{#b}}...{{/b}} around it, or give it `missing`"},
      {"{{^b}}{{b}}{{/b}}", "`b` may be missing"},
      {"{{> no}}", "fr/k.mustache:1:1: there is no fr/_no.mustache to include"},
      {"\xff", "fr/k.mustache: not UTF-8 text"},
  };
  for (const auto& [text, part] : cases) {
    one_kind(text);
    EXPECT_REFUSED(part);
  }
  one_kind("{{a}}{{#b}} {{b}}{{/b}}{{^b}}-{{/b}}{{! nothing }}");
  EXPECT_EQ(refusal(), "");
}

TEST_F(Mistakes, AMissingTextIsNamed) {
  one_kind("{{a}}");
  std::filesystem::remove(folder + "/fr/k.mustache");
  EXPECT_REFUSED("fr/k.mustache: is missing");
}

TEST_F(Mistakes, InYamlAreToldWithFileLineAndColumn) {
  const std::pair<std::string, const char*> cases[] = {
      {"locales: [fr]\nkinds:\n  k: {}\n  k: {}\n", "kinds.yaml:4:3: `k` stands here twice"},
      {"locales: &x [fr]\n", "kinds.yaml:1:10: anchors"},
      {"locales: [fr]\nkinds: *x\n", "kinds.yaml:2:"},
      {"locales: [fr]\nkinds:\n  <<: {}\n", "kinds.yaml:3:3: merge keys"},
      {"locales: !!str fr\n", "tags (`!name`)"},
      {"locales: [fr\n", "kinds.yaml:2:"},
      {"a: 1\n---\nb: 2\n", "a second document"},
      {"kinds: {}\n", "`locales` is missing"},
      {"locales: [fr]\n", "`kinds` is missing or empty"},
      {"locales: [fr]\nkind: {}\n",
       "kinds.yaml:2:7: kinds.yaml has no setting `kind`; there are: locales, kinds"},
      {"locales: [../x]\nkinds: {k: {}}\n", "locales are different language tags"},
      {"locales: [fr]\nkinds: {'../k': {}}\n", "a kind has a dotted name"},
      {"locales: [fr]\nkinds: {k: {tpe: info}}\n", "kind k has no setting `tpe`"},
      {"locales: [fr]\nkinds: {k: {type: system}}\n",
       "type of kind k must be one of: info, confirmation"},
      {"locales: [fr]\nkinds: {k: {priority: max}}\n", "priority of kind k must be one of"},
      {"locales: [fr]\nkinds: {k: {dedupe: [x]}}\n", "dedupe names `x`"},
      {"locales: [fr]\nkinds: {k: {params: {a: {type: list}}}}\n",
       "type of parameter a of kind k must be string, id"},
      {"locales: [fr]\nkinds: {k: {params: {a: {type: object}}}}\n",
       "is an object and needs `fields`"},
      {"locales: [fr]\nkinds: {k: {params: {a: {required: yes}}}}\n",
       "required must be true or false"},
      {"locales: [fr]\nkinds: {k: {params: {a: {required: true, default: x}}}}\n",
       "is required and can have no `default`"},
      {"locales: [fr]\nkinds: {k: {params: {a: {type: integer, default: x}}}}\n",
       "must be a whole number"},
      {"locales: [fr]\nkinds: {k: {params: {a: {values: [x], default: y}}}}\n",
       "is not among `values`"},
      {"locales: [fr]\nkinds: {k: {params: {a: {max_bytes: 99999}}}}\n",
       "max_bytes must be a whole number from 1 to 16384"},
      {"locales: [fr]\nkinds: {k: {params: {a: {format: thousands}}}}\n", "format of a must be"},
      {"locales: [fr]\nkinds: {k: {params: {a: {missing: {en: x}}}}}\n",
       "has no text for the locale `fr`"},
      {"locales: [fr]\nkinds: {k: {title: {fr: x, de: y}}}\n", "`de`, which is not among"},
      {"locales: [fr]\nkinds: {k: {actions: [{label: x}]}}\n", "needs an `id`"},
      {"locales: [fr]\nkinds: {k: {actions: [{id: x}, {id: x}]}}\n", "an id of its own"},
      {"locales: [fr]\nkinds: {k: {variants: {by: s, cases: []}}}\n", "no such parameter `s`"},
      {"locales: [fr]\nkinds: {k: {params: {s: }, variants: {by: s, cases: [{name: a, also: [é]}, "
       "{name: e}]}}}\n",
       "`e` is a name of two cases"},
  };
  for (const auto& [yaml, part] : cases) {
    one_kind("x");
    write("kinds.yaml", yaml);
    const auto said = refusal();
    EXPECT_TRUE(said.starts_with("kinds.yaml:")) << said;
    EXPECT_NE(said.find(part), std::string::npos) << yaml << said;
  }
}

TEST_F(Mistakes, ObjectsCannotBePrintedAndTheirFieldsNeedAQuestion) {
  write("kinds.yaml",
        "locales: [fr]\nkinds: {k: {params: {o: {type: object, fields: {f: {required: true}, g: "
        "}}}}}\n");
  write("fr/k.mustache", "{{o}}");
  EXPECT_REFUSED("`o` cannot be printed; ask with {{#o}}, or name a field of it");
  write("fr/k.mustache", "{{o.f}}");
  EXPECT_REFUSED("`o.f` may be missing");
  write("fr/k.mustache", "{{#o}}{{o.g}}{{/o}}");
  EXPECT_REFUSED("`o.g` may be missing");
  write("fr/k.mustache", "{{#o}}{{o.f}}{{/o}}{{^o}}-{{/o}}");
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(plain("k", R"({"o":{"f":"x"}})"), "x");
  EXPECT_EQ(plain("k", "{}"), "-");
}

}  // namespace
}  // namespace catalog_test
