// The daemon dies and comes back, the network goes and comes: nothing is missing, nothing shows twice.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, status, texts, uncomplaining } from "./support/browser.mjs";
import { Stage, until } from "./support/stage.mjs";

let stage, browser;
before(async () => ([stage, browser] = await Promise.all([Stage.open({ inbox: { keep: 50 } }), launch()])));
after(() => Promise.all([browser?.close(), stage?.close()]));

async function shop(t, attributes) {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await open(context, `${stage.url}/boutique`, { attributes });
  // Every item that was ever told to the page as new.
  await page.evaluate(() => {
    window.told = window.Herald.element.inbox.items.map((item) => item.text);
    window.Herald.element.addEventListener("herald-notifications", (event) => window.told.push(...event.detail.items.map((item) => item.text)));
  });
  return { context, page };
}

for (const transport of ["websocket", "sse", "long-poll", "poll"]) {
  // covers: S39
  test(`after a crash of the daemon ${transport} goes on without gap or repeat`, async (t) => {
    const user = await stage.person();
    const { page } = await shop(t, { user, transports: transport, reply: "never" });
    await page.evaluate(() => window.Herald.element.open());
    const sent = [];
    const say = async (text) => {
      sent.push(text);
      await stage.send(user, text);
    };
    for (let round = 0; round < 2; ++round) {
      await say(`${round} avant`);
      await page.locator("herald-inbox .item").nth(sent.length - 1).waitFor();
      await say(`${round} juste avant`);
      await stage.kill();
      if (round === 0) await until(async () => (await status(page))[0] === "offline", "the page notices", 20_000);
      await stage.resume();
      await say(`${round} après`);
      await page.locator("herald-inbox .item").nth(sent.length - 1).waitFor({ timeout: 20_000 });
    }
    assert.deepEqual(await texts(page), sent);
    assert.deepEqual(await page.evaluate(() => window.told), sent);
    assert.deepEqual(await status(page), ["live", transport]);
    uncomplaining(page);
  });
}

test("without a network the panel says so, and goes on by itself", async (t) => {
  const user = await stage.person();
  const { context, page } = await shop(t, { user });
  await page.locator("herald-inbox .bell").click();
  await until(async () => (await status(page))[0] === "live", "the line");
  await context.setOffline(true);
  await page.getByText("Hors ligne").waitFor();
  await stage.send(user, "Pendant l’absence");
  await context.setOffline(false);
  await page.locator("herald-inbox .item").waitFor();
  await page.getByText("Hors ligne").waitFor({ state: "hidden" });
  assert.deepEqual(await texts(page), ["Pendant l’absence"]);
  uncomplaining(page);
});
