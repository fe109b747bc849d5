// The widget's sources for unit tests: bundled in memory, so that nothing has to be built first.

import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const kSources = new URL("../../plugins/webchat/widget/src/", import.meta.url);

/** The exports of these sources, which share what they have in common. Each call gives a copy of its own. */
export async function load(...names) {
  const built = await build({
    stdin: {
      contents: names.map((name) => `export * from "./${name}";`).join("\n"),
      resolveDir: fileURLToPath(kSources),
      loader: "ts",
    },
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    loader: { ".css": "text" },
  });
  return import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString("base64")}`);
}

export function item(id, more = {}) {
  return {
    id,
    herald_id: `h${id}`,
    seq: id,
    type: "info",
    title: "",
    text: `text ${id}`,
    timestamp: "2025-07-14T10:00:00.000000Z",
    read: false,
    actions: [],
    ...more,
  };
}
