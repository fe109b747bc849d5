// What the person sees when something comes, and what the daemon hears of it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, status, texts, uncomplaining } from "./support/browser.mjs";
import { Stage, until } from "./support/stage.mjs";

let stage, browser;
before(async () => {
  const routes = [{ name: "default", chain: [{ channel: "webchat", until: "read", within: "10m" }, "log"] }];
  [stage, browser] = await Promise.all([Stage.open({ routes }), launch()]);
});
after(() => Promise.all([browser?.close(), stage?.close()]));

async function shop(t, attributes, prepare = async () => undefined) {
  const context = await browser.newContext({ locale: "fr-FR" });
  t.after(() => context.close());
  await prepare(context);
  const page = await open(context, `${stage.url}/boutique`, { attributes });
  return { context, page, badge: page.locator("herald-inbox .badge"), bell: page.locator("herald-inbox .bell") };
}

// covers: S37 S81 S83
test("what is sent shows without a reload, as a number on the bell and in the panel", async (t) => {
  const user = await stage.person();
  const { page, badge, bell } = await shop(t, { user });
  await until(async () => (await status(page))[0] === "live", "the line");
  assert.equal(await badge.isVisible(), false);
  await stage.send(user, "Demande **confirmée** !", "confirmation");
  await badge.getByText("1").waitFor();
  await stage.send(user, "Prix < 5 000 & plus");
  await badge.getByText("2").waitFor();
  assert.equal(await bell.getAttribute("aria-label"), "Ouvrir les notifications, 2 non lues");
  await bell.click();
  assert.deepEqual(await texts(page), ["Demande confirmée !", "Prix < 5 000 & plus"]);
  assert.equal(await page.locator("herald-inbox .item strong").innerText(), "confirmée");
  assert.equal(await page.locator("herald-inbox .day").innerText(), "Aujourd’hui");
  await stage.send(user, "Et encore");
  await page.locator("herald-inbox .item").nth(2).waitFor();
  uncomplaining(page);
});

// covers: S40
test("shown on a visible page is read, and only that is", async (t) => {
  const user = await stage.person();
  const { page, badge, bell } = await shop(t, { user });
  const first = await stage.send(user, "Lue");
  await badge.getByText("1").waitFor();
  await new Promise((resolve) => setTimeout(resolve, 1500)); // longer than a look takes to count
  assert.equal(await stage.state(first), "waiting", "behind the bell it is not read");
  await bell.click();
  await until(async () => (await stage.state(first)) === "delivered", "the chain's end");
  await badge.waitFor({ state: "hidden" });
  await page.keyboard.press("Escape");
  const second = await stage.send(user, "Pas encore");
  await badge.getByText("1").waitFor();
  assert.equal(await stage.state(second), "waiting");
  uncomplaining(page);
});

// covers: S39
test("two tabs show the same over one connection, and the second takes over when the first goes", async (t) => {
  const user = await stage.person();
  const { context, page: first } = await shop(t, { user, transports: "websocket" });
  await until(async () => (await status(first))[0] === "live", "the first line");
  const second = await open(context, `${stage.url}/boutique`, { attributes: { user, transports: "websocket" } });
  const opened = [];
  second.on("websocket", (line) => opened.push(line.url()));
  await until(async () => (await status(second))[0] === "live", "the second tab");
  await stage.send(user, "Pour les deux");
  for (const page of [first, second]) await page.locator("herald-inbox .badge").getByText("1").waitFor();
  assert.deepEqual(opened, [], "the second tab has no connection of its own");

  await second.locator("herald-inbox .bell").click();
  await first.locator("herald-inbox .badge").waitFor({ state: "hidden" });
  const third = await open(context, `${stage.url}/boutique`, { attributes: { user, transports: "websocket" } });
  await third.locator("herald-inbox .bell").click();
  assert.deepEqual(await texts(third), ["Pour les deux"], "a later tab learns everything");
  await third.close();

  uncomplaining(first);
  await first.close();
  await until(() => opened.length === 1, "the second tab's own connection");
  await stage.send(user, "Après");
  await second.locator("herald-inbox .item").nth(1).waitFor();
  assert.deepEqual(await texts(second), ["Pour les deux", "Après"]);
  uncomplaining(second);
});

test("clearing empties the list everywhere, and what was cleared can be shown again", async (t) => {
  const user = await stage.person();
  for (const text of ["un", "deux"]) await stage.send(user, text);
  await until(async () => (await stage.inbox(user)).count === 2, "both");
  const { context, page, bell } = await shop(t, { user });
  const other = await open(context, `${stage.url}/boutique`, { attributes: { user } });
  await bell.click();
  await other.locator("herald-inbox .bell").click();
  assert.deepEqual(await texts(other), ["un", "deux"]);
  await page.getByRole("button", { name: "Tout effacer" }).click();
  for (const one of [page, other]) await one.getByText("Rien de nouveau").waitFor();
  assert.equal((await stage.inbox(user)).count, 0);
  await page.getByRole("button", { name: "Afficher les précédentes" }).click();
  await page.locator("herald-inbox .item").nth(1).waitFor();
  assert.deepEqual(await texts(page), ["un", "deux"]);
  uncomplaining(page, other);
});

test("the title blinks while nobody looks, and is as it was afterwards", async (t) => {
  const user = await stage.person();
  const { page } = await shop(t, { user, blink: "on" });
  await until(async () => (await status(page))[0] === "live", "the line");
  const hide = (hidden) =>
    page.evaluate((state) => {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden ? "hidden" : "visible");
  await hide(true);
  await stage.send(user, "Psst");
  await until(async () => (await page.title()) === "1 nouvelles", "the blinking title");
  await hide(false);
  assert.equal(await page.title(), "Boutique");
  uncomplaining(page);
});

test("times grow, and what was read a while ago is no longer new", async (t) => {
  const user = await stage.person();
  const id = await stage.send(user, "Bonjour");
  const { page, bell } = await shop(t, { user }, (context) => context.clock.install());
  await page.locator("herald-inbox .badge").getByText("1").waitFor();
  await bell.click();
  assert.deepEqual(await page.locator("herald-inbox .meta").allInnerTexts(), ["Information\nNouveau\nà l’instant"]);
  await page.clock.runFor(1000); // a look that counts as reading
  await until(async () => (await stage.state(id)) === "delivered", "the evidence");
  await until(() => page.evaluate(() => window.Herald.element.inbox.items[0].read), "the page hears of it");
  // The server's clock does not jump with the page's: it must not be heard any more.
  await page.evaluate(() => window.Herald.element.inbox.close());
  await page.clock.runFor(90_000);
  const [meta] = await page.locator("herald-inbox .meta").allInnerTexts();
  assert.equal(meta.replace(/\s/g, " "), "Information il y a 1 min"); // some of the spaces are narrow ones
  uncomplaining(page);
});

test("a sound for what is new, until the person turns it off", async (t) => {
  const user = await stage.person();
  const { page, bell } = await shop(t, { user, sound: "on" });
  await page.evaluate(() => {
    window.tones = 0;
    window.AudioContext = class extends AudioContext {
      createOscillator() {
        ++window.tones;
        return super.createOscillator();
      }
    };
  });
  await bell.click(); // before the person has done anything browsers allow no sound
  const arrives = async (n) => {
    await stage.send(user, String(n));
    await page.locator("herald-inbox .item").nth(n).waitFor();
  };
  await arrives(0);
  await until(() => page.evaluate(() => window.tones === 2), "two tones");
  await page.getByRole("button", { name: "Couper le son" }).click();
  await arrives(1);
  await page.getByRole("button", { name: "Activer le son" }).click();
  await arrives(2);
  await until(() => page.evaluate(() => window.tones === 4), "two more tones, not four");
  uncomplaining(page);
});
