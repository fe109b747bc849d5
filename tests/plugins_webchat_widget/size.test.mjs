// What the built file costs a page, and what it must not use.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const kSources = fileURLToPath(new URL("../../plugins/webchat/widget/src", import.meta.url));

test("the built file has less than 15 KiB when compressed", () => {
  const built = readFileSync(join(process.env.HERALD_BUILD_DIR, "widget", "widget.js"));
  const size = gzipSync(built, { level: 9 }).length;
  console.log(`${built.length} bytes, ${size} compressed`);
  assert.ok(size < 15 * 1024, `${size} bytes`);
});

test("no source makes HTML or code from text", () => {
  const forbidden = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function|srcdoc|\.style\b/;
  const files = readdirSync(kSources).filter((name) => name.endsWith(".ts"));
  assert.ok(files.length > 10);
  for (const name of files) assert.doesNotMatch(readFileSync(join(kSources, name), "utf8").replace(/\/\/.*|\/\*[^]*?\*\//g, ""), forbidden, name);
});
