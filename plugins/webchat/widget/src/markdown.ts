// The Markdown that notifications use - bold, italic, struck, code, links, lists, headings, quotes, line breaks - as DOM nodes.
// Whatever else it finds is text. Takes time in proportion to the text, whatever the text is.

import { h } from "./dom";

const kMarks: [string, "strong" | "em" | "s"][] = [
  ["**", "strong"],
  ["__", "strong"],
  ["~~", "s"],
  ["*", "em"],
  ["_", "em"],
];
const kDeepest = 4;
/** A text knows its own direction. */
const kAuto = { dir: "auto" };
const kLink = /\[([^[\]\n]{1,300})\]\(([^()\s]{1,1000})\)/y;
const kUrl = /https?:\/\/[^\s<>"'`*]{1,2000}/y;
/** What ends a sentence around an address is not part of it. */
const kTail = /[.,;:!?)\]]$/;
const kEscaped = /[\\`*_{}[\]()#+\-.!~>|]/;
const kWord = /[\p{L}\p{N}]/u;

export function markdown(text: string): DocumentFragment {
  const out = document.createDocumentFragment();
  let list = null as HTMLElement | null;
  let paragraph: HTMLElement | null = null;
  for (const line of text.split("\n")) {
    const item = /^ {0,3}(?:([-*+•])|(\d{1,9})[.)]) +(.*)$/.exec(line);
    if (item) {
      paragraph = null;
      const tag = item[1] ? "ul" : "ol";
      if (list?.localName !== tag) out.append((list = h(tag, { dir: "auto", start: item[2] ?? null })));
      list.append(h("li", {}, inline(item[3] ?? "", 0)));
      continue;
    }
    list = null;
    const block = /^ {0,3}(#{1,6}|>) +(.*)$/.exec(line);
    if (block) {
      paragraph = null;
      const quote = block[1] === ">";
      out.append(quote ? h("blockquote", kAuto, inline(block[2] ?? "", 0)) : h("p", kAuto, h("strong", {}, inline(block[2] ?? "", 1))));
    } else if (!line.trim()) {
      paragraph = null;
    } else if (paragraph) {
      paragraph.append(h("br"), inline(line, 0));
    } else {
      out.append((paragraph = h("p", kAuto, inline(line, 0))));
    }
  }
  return out;
}

function inline(line: string, depth: number): DocumentFragment {
  const out = document.createDocumentFragment();
  const hopeless = new Set<string>(); // marks that nothing further on closes
  let plain = "";
  const put = (node: Node): void => {
    if (plain) out.append(plain);
    plain = "";
    out.append(node);
  };
  for (let at = 0; at < line.length; ) {
    const next = line[at] as string;
    if (next === "\\" && kEscaped.test(line[at + 1] ?? "")) {
      plain += line[at + 1];
      at += 2;
      continue;
    }
    const found = code(line, at, hopeless) ?? link(line, at) ?? marked(line, at, depth, hopeless);
    if (found) {
      put(found[0]);
      at = found[1];
    } else {
      plain += next;
      at += 1;
    }
  }
  if (plain) out.append(plain);
  return out;
}

type Found = [Node, number] | null;

function code(line: string, at: number, hopeless: Set<string>): Found {
  if (line[at] !== "`" || hopeless.has("`")) return null;
  const end = line.indexOf("`", at + 1);
  if (end < 0) hopeless.add("`");
  return end > at + 1 ? [h("code", {}, line.slice(at + 1, end)), end + 1] : null;
}

function link(line: string, at: number): Found {
  const first = line[at];
  if (first === "[") {
    kLink.lastIndex = at;
    const named = kLink.exec(line);
    const to = named && safe(named[2] as string);
    return named && to ? [anchor(to, named[1] as string), kLink.lastIndex] : null;
  }
  if (first !== "h" || kWord.test(line[at - 1] ?? "")) return null;
  kUrl.lastIndex = at;
  let bare = kUrl.exec(line)?.[0];
  while (bare && kTail.test(bare)) bare = bare.slice(0, -1);
  const to = bare && safe(bare);
  return bare && to ? [anchor(to, bare), at + bare.length] : null;
}

function anchor(to: string, words: string): HTMLElement {
  return h("a", { href: to, target: "_blank", rel: "noopener noreferrer nofollow", title: to }, words);
}

/** The address, when following it runs nothing in this page. */
function safe(address: string): string | null {
  try {
    const url = new URL(address);
    return ["https:", "http:", "mailto:", "tel:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null; // relative: it would mean something else on every page
  }
}

function marked(line: string, at: number, depth: number, hopeless: Set<string>): Found {
  if (depth >= kDeepest) return null;
  for (const [mark, tag] of kMarks) {
    if (!line.startsWith(mark, at) || hopeless.has(mark)) continue;
    const start = at + mark.length;
    // snake_case and 2 * 3 are no emphasis.
    if (/\s|^$/.test(line[start] ?? "") || (mark[0] === "_" && kWord.test(line[at - 1] ?? ""))) continue;
    const end = closing(line, mark, start);
    if (end < 0) {
      hopeless.add(mark);
      continue;
    }
    return [h(tag, {}, inline(line.slice(start, end), depth + 1)), end + mark.length];
  }
  return null;
}

/** Where the mark closes what it opened before `start`; -1: nowhere in this line. */
function closing(line: string, mark: string, start: number): number {
  for (let end = line.indexOf(mark, start + 1); end >= 0; end = line.indexOf(mark, end + 1)) {
    if (/\s/.test(line[end - 1] as string) || line[end - 1] === "\\") continue;
    if (mark[0] === "_" && kWord.test(line[end + mark.length] ?? "")) continue;
    // A single mark does not end at half of a double one.
    if (mark.length === 1 && (line[end + 1] === mark || line[end - 1] === mark)) continue;
    return end;
  }
  return -1;
}
