// Builds the widget: one file for browsers, and the same bytes, plain and compressed, as a C++ source for the plugin that
// serves them.
//
//   node build.mjs OUTPUT_FOLDER      writes widget.js and widget_bytes.cpp there

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2];
if (!folder) {
  console.error("usage: node build.mjs OUTPUT_FOLDER");
  process.exit(2);
}

/** A style sheet becomes its text, made small. */
const styles = {
  name: "styles",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, "utf8"), { loader: "css", minify: true, target: "es2021" });
      return { contents: code.trim(), loader: "text" };
    }),
};

const built = await build({
  entryPoints: [join(here, "src/main.ts")],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2021",
  charset: "utf8",
  legalComments: "none",
  banner: { js: "/* Herald's web chat widget, Apache-2.0 */" },
  plugins: [styles],
  write: false,
});
const plain = Buffer.from(built.outputFiles[0].contents);
const small = gzipSync(plain, { level: 9 });
const tag = createHash("sha256").update(plain).digest("hex").slice(0, 16);

const bytes = (name, data) => `const unsigned char ${name}[] = {${[...data].join(",")}};\n`;
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "widget.js"), plain);
writeFileSync(
  join(folder, "widget_bytes.cpp"),
  `#include "widget_file.hpp"
namespace webchat {
namespace {
${bytes("kPlain", plain)}${bytes("kSmall", small)}}  // namespace
WidgetFile widget_file() {
  return {{reinterpret_cast<const char*>(kPlain), sizeof kPlain},
          {reinterpret_cast<const char*>(kSmall), sizeof kSmall},
          "${tag}"};
}
}  // namespace webchat
`,
);
console.log(`widget.js: ${plain.length} bytes, ${small.length} compressed`);
