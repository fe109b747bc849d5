// Debian's chromium, and pages of the daemon's own origin that forbid whatever a strict site would forbid.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { listen } from "./contract.mjs";

const kArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Nothing inline, nothing from elsewhere, no text that becomes HTML or script. */
export const kStrict =
  "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'";

export function launch() {
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: kArguments });
}

/** What a site would serve. `attributes` of the script tag; without a user there is only the JavaScript API. */
export function html({ attributes = {}, lang = "fr", dir = "ltr", body = "<main><h1>Boutique</h1></main>", script = "/api/web-chat/widget.js" } = {}) {
  const data = Object.entries(attributes).map(([name, value]) => ` data-${name}="${value}"`);
  return (
    `<!doctype html><html lang="${lang}" dir="${dir}"><head><meta charset="utf-8"><title>Boutique</title>` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<script src="${script}"${data.join("")} defer></script></head><body>${body}</body></html>`
  );
}

/** A page at `url`. What it complained about is in `complaints`: violations of its policy, errors, messages of that kind. */
export async function open(context, url, what = {}) {
  // Chromium takes a page that was put in for one of the Internet, and asks before it may speak with this machine.
  await context.grantPermissions(["local-network-access"]);
  const page = await context.newPage();
  listen(page);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("console", (message) => {
    const text = message.text();
    // A daemon that was killed on purpose refuses connections.
    if (message.type() === "error" && !/net::ERR|WebSocket connection|Failed to load resource/.test(text)) page.complaints.push(text);
  });
  await page.exposeFunction("complain", (text) => page.complaints.push(text));
  await page.addInitScript(() =>
    addEventListener("securitypolicyviolation", (event) => window.complain(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`)),
  );
  const headers = { "Content-Type": "text/html; charset=utf-8" };
  const csp = what.csp === undefined ? kStrict : what.csp;
  if (csp) headers["Content-Security-Policy"] = csp;
  await page.route(url, (route) => route.fulfill({ status: 200, headers, body: what.html ?? html(what) }));
  await page.goto(url);
  return page;
}

export function uncomplaining(...pages) {
  for (const page of pages) assert.deepEqual(page.complaints, []);
}

/** The texts of the items in the open panel, as a person reads them. */
export function texts(page) {
  return page.locator("herald-inbox .item .text").allInnerTexts();
}

export function status(page) {
  return page.evaluate(() => [window.Herald.element.inbox.status, window.Herald.element.inbox.transport]);
}
