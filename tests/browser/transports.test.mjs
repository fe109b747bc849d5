// Each transport alone, and falling back from one to the next where a network lets only some through.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, status, uncomplaining } from "./support/browser.mjs";
import { Stage, until } from "./support/stage.mjs";

let stage, browser;
before(async () => {
  const routes = [{ name: "default", chain: [{ channel: "webchat", until: "delivered", within: "10m" }, "log"] }];
  [stage, browser] = await Promise.all([Stage.open({ routes }), launch()]);
});
after(() => Promise.all([browser?.close(), stage?.close()]));

async function shop(t, attributes, prepare = async () => undefined) {
  const context = await browser.newContext();
  t.after(() => context.close());
  await prepare(context);
  return open(context, `${stage.url}/boutique`, { attributes });
}

/** Sends through the daemon and waits for it on the page, in order; and for the evidence of having arrived. */
async function carries(page, user, ...words) {
  const ids = [];
  for (const text of words) {
    ids.push(await stage.send(user, text));
    await until(() => page.evaluate((n) => window.Herald.element.inbox.items.length === n, ids.length), text);
  }
  assert.deepEqual(await page.evaluate(() => window.Herald.element.inbox.items.map((item) => item.text)), words);
  for (const id of ids) await until(async () => (await stage.state(id)) === "delivered", "the evidence");
}

for (const transport of ["websocket", "sse", "long-poll", "poll"]) {
  // covers: S39
  test(`${transport} alone brings everything in order and says that it arrived`, async (t) => {
    const user = await stage.person();
    const page = await shop(t, { user, transports: transport });
    await until(async () => (await status(page))[0] === "live", "the line");
    assert.deepEqual(await status(page), ["live", transport]);
    // The interval poll looks every ten seconds while the panel is closed, every three while it is open.
    if (transport === "poll") await page.evaluate(() => window.Herald.element.open());
    await carries(page, user, "un", "deux");
    uncomplaining(page);
  });
}

const kSockets = (context) => context.addInitScript(() => (window.WebSocket = class { constructor() { setTimeout(() => this.onclose?.({ code: 1006 })); } close() {} }));
const kStreams = (context) => context.route("**/stream/**", (route) => route.abort());
const kWaits = (context) => context.route("**/poll/**wait=**", (route) => route.abort());

for (const [blocked, expected] of [
  [[kSockets], "sse"],
  [[kSockets, kStreams], "long-poll"],
  [[kSockets, kStreams, kWaits], "poll"],
]) {
  test(`falls back to ${expected} by itself`, async (t) => {
    const user = await stage.person();
    const page = await shop(t, { user }, async (context) => {
      for (const block of blocked) await block(context);
    });
    await until(async () => (await status(page))[1] === expected, expected, 20_000);
    await page.evaluate(() => window.Herald.element.open());
    await carries(page, user, "un");
    uncomplaining(page);
  });
}
