// Who the person is: tokens that end, cookies, nobody, pages of other origins; and the JavaScript API without display.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kStrict, launch, open, status, texts, uncomplaining } from "./support/browser.mjs";
import { Stage, until } from "./support/stage.mjs";

const kShop = "http://localhost:8999"; // only ever answered by the test itself
let stage, browser, producer;
before(async () => {
  const changes = { http: { allowed_origins: [kShop] } };
  [stage, browser] = await Promise.all([Stage.open(changes, { production: true }), launch()]);
  producer = (await stage.ctl("token", "service", "shop", "--scope", "notifications:send")).token;
});
after(() => Promise.all([browser?.close(), stage?.close()]));

async function person() {
  return (await stage.ctl("user", "add", "--phone", stage.phone())).id;
}
const token = async (user, lifetime = "1h") => (await stage.ctl("token", "user", user, "--lifetime", lifetime)).token;
const send = (user, message) => stage.submit({ kind: "message", to: { user }, params: { message, type: "info" } }, producer);

async function context(t) {
  const made = await browser.newContext({ locale: "fr-FR" });
  t.after(() => made.close());
  return made;
}

for (const transports of ["websocket", "sse", "long-poll"]) {
  test(`a token that ends is replaced without a word, ${transports}`, async (t) => {
    const user = await person();
    const where = await context(t);
    let asked = 0;
    await where.route(`${stage.url}/session`, async (route) => route.fulfill({ json: { token: await token(user, ++asked < 2 ? "2s" : "1h") } }));
    const page = await open(where, `${stage.url}/boutique`, { attributes: { user, "token-url": "/session", transports } });
    await page.locator("herald-inbox .bell").click();
    await send(user, "avant");
    await page.locator("herald-inbox .item").waitFor();
    await until(() => asked >= 2, "another token", 20_000);
    await send(user, "après");
    await page.locator("herald-inbox .item").nth(1).waitFor();
    assert.deepEqual(await texts(page), ["avant", "après"]);
    uncomplaining(page);
  });
}

test("the cookie is enough, for reading and for what the person does", async (t) => {
  const user = await person();
  const where = await context(t);
  await where.addCookies([{ name: "herald_token", value: await token(user), url: stage.url, httpOnly: true, sameSite: "Lax" }]);
  const page = await open(where, `${stage.url}/boutique`, { attributes: { user } });
  const sent = await send(user, "Bonjour");
  await page.locator("herald-inbox .badge").getByText("1").waitFor();
  await page.locator("herald-inbox .bell").click();
  await until(async () => (await stage.ctl("show", sent)).evidence === "read", "the evidence");
  await page.getByRole("button", { name: "Tout effacer" }).click();
  await page.getByText("Rien de nouveau").waitFor();
  uncomplaining(page);
});

test("nobody is asked to sign in, and after that it goes on", async (t) => {
  const user = await person();
  const where = await context(t);
  const page = await open(where, `${stage.url}/boutique`, { attributes: { user } });
  await page.locator("herald-inbox .bell").click();
  await page.getByText("Veuillez vous reconnecter").waitFor({ timeout: 20_000 });
  await where.addCookies([{ name: "herald_token", value: await token(user), url: stage.url }]);
  await page.getByRole("button", { name: "Réessayer" }).click();
  await until(async () => (await status(page))[0] === "live", "the line");
  uncomplaining(page);
});

test("another person's inbox stays closed", async (t) => {
  const [user, other] = [await person(), await person()];
  await send(other, "secret");
  const page = await open(await context(t), `${stage.url}/boutique`, { attributes: { user: other, token: await token(user), transports: "sse,long-poll,poll" } });
  await until(async () => (await status(page))[0] === "refused", "the refusal", 20_000);
  assert.equal(await page.evaluate(() => window.Herald.element.inbox.items.length), 0);
  uncomplaining(page);
});

for (const transports of ["websocket", "sse", "long-poll", "poll"]) {
  // covers: F76
  test(`a page of an allowed origin, ${transports}`, async (t) => {
    const user = await person();
    await send(user, "Bonjour");
    const away = stage.url.replace("http", "ws");
    const csp = kStrict.replace("script-src 'self'; connect-src 'self'", `script-src ${stage.url}; connect-src ${stage.url} ${away}`);
    const page = await open(await context(t), `${kShop}/boutique`, { csp, script: `${stage.url}/api/web-chat/widget.js`, attributes: { user, token: await token(user), transports } });
    await page.locator("herald-inbox .bell").click();
    await page.locator("herald-inbox .item").waitFor();
    await page.locator("herald-inbox .badge").waitFor({ state: "hidden" }); // read: a request that changes something
    assert.deepEqual(await status(page), ["live", transports]);
    uncomplaining(page);
  });
}

test("a page of any other origin gets nothing", async (t) => {
  const user = await person();
  await send(user, "secret");
  const attributes = { user, token: await token(user) };
  const page = await open(await context(t), "http://localhost:8998/boutique", { csp: null, script: `${stage.url}/api/web-chat/widget.js`, attributes });
  await until(async () => (await status(page))[0] === "offline", "giving up for now", 20_000);
  assert.equal(await page.evaluate(() => window.Herald.element.inbox.items.length), 0);
});

// covers: S82
test("without display: a page shows things itself", async (t) => {
  const user = await person();
  const first = await send(user, "un");
  const page = await open(await context(t), `${stage.url}/boutique`, {});
  assert.equal(await page.locator("herald-inbox").count(), 0);
  await page.evaluate(
    ([user, token]) => {
      window.shown = [];
      const displayNotifications = (notifications) => window.shown.push(...notifications.map((one) => one.text));
      window.inbox = window.Herald.inbox({ user, token });
      window.inbox.on("notifications", (event) => displayNotifications(event.items));
    },
    [user, await token(user)],
  );
  await page.waitForFunction(() => window.shown.length === 1);
  await send(user, "deux");
  await page.waitForFunction(() => window.shown.length === 2);
  assert.deepEqual(await page.evaluate(() => [window.shown, window.inbox.unread]), [["un", "deux"], 2]);
  assert.equal(await page.evaluate(() => window.inbox.markRead([window.inbox.items[0].id])), true);
  await page.waitForFunction(() => window.inbox.unread === 1 && window.inbox.items[0].read);
  assert.equal((await stage.ctl("show", first)).evidence, "read");
  await page.evaluate(() => window.inbox.close());
  await send(user, "trois");
  await page.evaluate(() => window.inbox.connect());
  await page.waitForFunction(() => window.shown.length === 3);
  uncomplaining(page);
});
