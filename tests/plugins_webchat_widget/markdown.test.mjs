import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

/** As much of a document as the widget's Markdown needs; it can be printed. */
class Piece {
  constructor(tag) {
    this.localName = tag;
    this.children = [];
    this.attributes = {};
  }
  append(...pieces) {
    this.children.push(...pieces);
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  removeAttribute(name) {
    delete this.attributes[name];
  }
  toString() {
    const inside = this.children.map((one) => (typeof one === "string" ? one.replace(/</g, "&lt;") : String(one))).join("");
    if (!this.localName) return inside;
    const { href, start } = this.attributes;
    const open = this.localName + (href ? ` href=${href}` : "") + (start ? ` start=${start}` : "");
    return this.localName === "br" ? "<br>" : `<${open}>${inside}</${this.localName}>`;
  }
}
globalThis.document = { createElement: (tag) => new Piece(tag), createDocumentFragment: () => new Piece("") };
const { markdown } = await load("markdown");
const shown = (text) => String(markdown(text));

for (const [text, expected] of [
  ["✅ **Demande confirmée !**", "<p>✅ <strong>Demande confirmée !</strong></p>"],
  ["a\nb\n\nc", "<p>a<br>b</p><p>c</p>"],
  ["*un* _deux_ __trois__ ~~quatre~~ `cinq`", "<p><em>un</em> <em>deux</em> <strong>trois</strong> <s>quatre</s> <code>cinq</code></p>"],
  ["**a *b* c**", "<p><strong>a <em>b</em> c</strong></p>"],
  ["2 * 3 * 4, snake_case_name, **, a ** b", "<p>2 * 3 * 4, snake_case_name, **, a ** b</p>"],
  ["**sans fin", "<p>**sans fin</p>"],
  ["\\*pas\\* \\<b>", "<p>*pas* \\&lt;b></p>"],
  ["- un\n- deux\n\n3. trois", "<ul><li>un</li><li>deux</li></ul><ol start=3><li>trois</li></ol>"],
  ["# Titre\n> cité", "<p><strong>Titre</strong></p><blockquote>cité</blockquote>"],
  ["`**pas gras**`", "<p><code>**pas gras**</code></p>"],
  ["[suivi](https://example.org/a)", "<p><a href=https://example.org/a>suivi</a></p>"],
  ["(voir https://example.org/a_b_c?d=1.)", "<p>(voir <a href=https://example.org/a_b_c?d=1>https://example.org/a_b_c?d=1</a>.)</p>"],
  ["[x](javascript:alert)", "<p>[x](javascript:alert)</p>"],
  ["[x](/relative) [y](//evil.example)", "<p>[x](/relative) [y](//evil.example)</p>"],
  ["<b>gras</b> &amp;", "<p>&lt;b>gras&lt;/b> &amp;</p>"],
  ["", ""],
])
  test(JSON.stringify(text), () => assert.equal(shown(text), expected));

test("takes time in proportion to the text, whatever it is", () => {
  for (const piece of ["*", "**_", "[", "[a](", "`", "> ", "https://a.", "\\", "1. ", "~~*", "**a", "*a_", "[a](b ", "_a ", "*a b* _"]) {
    const text = piece.repeat(64_000 / piece.length);
    const before = process.cpuUsage().user; // of this process: a busy machine does not count
    markdown(text);
    const milliseconds = (process.cpuUsage().user - before) / 1000;
    assert.ok(milliseconds < 500, `${piece}: ${milliseconds} ms`);
  }
});
