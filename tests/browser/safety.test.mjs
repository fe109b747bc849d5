// Hostile texts, strict policies, accessibility, keyboard, and what the page itself notices of the widget.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { launch, open, status, texts, uncomplaining } from "./support/browser.mjs";
import { payloads } from "./support/payloads.mjs";
import { Stage, until } from "./support/stage.mjs";

const kAxe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let stage, browser;
before(async () => ([stage, browser] = await Promise.all([Stage.open({ inbox: { keep: 500 } }), launch()])));
after(() => Promise.all([browser?.close(), stage?.close()]));

async function shop(t, what, more = {}) {
  const context = await browser.newContext({ locale: "fr-FR", ...more });
  t.after(() => context.close());
  return open(context, `${stage.url}/boutique`, what);
}

const live = (page) => until(async () => (await status(page))[0] === "live", "the line");
const ask = (user, markdown, more = {}) => stage.submit({ to: { phone: user }, content: { title: "", markdown, ...more } });

// covers: S84 F63
test("hostile texts run nothing, break no policy and are shown as they are", async (t) => {
  const user = await stage.person();
  const page = await shop(t, { attributes: { user } });
  await page.evaluate(() => (window.before = Object.getOwnPropertyNames(window).length));
  await live(page);
  const all = payloads();
  assert.ok(all.length >= 150, String(all.length));
  await Promise.all(all.map((text) => stage.send(user, text)));
  await Promise.all(all.slice(0, 20).map((text) => ask(user, text, { title: text.slice(0, 200), actions: [{ id: "a", label: text.slice(0, 60), text: "OUI" }] })));
  await until(() => page.evaluate((n) => window.Herald.element.inbox.items.length === n, all.length + 20), "all of them", 60_000);
  await page.locator("herald-inbox .bell").click();
  const seen = await page.evaluate(() => {
    const root = window.Herald.element.shadowRoot;
    const allowed = new Set("ARTICLE B BR BUTTON BLOCKQUOTE CODE DIV EM FORM H2 H3 HEADER INPUT LI OL P PATH SECTION S SPAN STRONG SVG TIME UL A".split(" "));
    const elements = [...root.querySelectorAll("*")];
    return {
      foreign: elements.map((one) => one.tagName.toUpperCase()).filter((tag) => !allowed.has(tag)),
      handlers: elements.flatMap((one) => one.getAttributeNames()).filter((name) => /^on|style|src/i.test(name)),
      links: elements.filter((one) => one.localName === "a").map((one) => one.protocol),
      ran: window.ran ?? null,
      globals: Object.getOwnPropertyNames(window).length - window.before,
    };
  });
  assert.deepEqual([seen.foreign, seen.handlers, seen.ran], [[], [], null]);
  assert.ok(seen.links.length > 0 && seen.links.every((scheme) => ["https:", "http:", "mailto:", "tel:"].includes(scheme)), String(seen.links));
  assert.ok(seen.globals <= 1, `${seen.globals} new globals`); // `before` itself
  // Text that is no markup is shown to the letter.
  const shown = await texts(page);
  for (const text of ["<script>window.ran=1</script>", "<img src=x onerror=window.ran=1>"]) assert.ok(shown.includes(text), text);
  uncomplaining(page);
});

for (const colorScheme of ["light", "dark"])
  for (const dir of ["ltr", "rtl"]) {
    test(`axe finds nothing in ${colorScheme}, ${dir}`, async (t) => {
      const user = await stage.person();
      const page = await shop(t, { attributes: { user, sound: "on", reply: "always" }, dir }, { colorScheme });
      await ask(user, "**Disponible ?** [suivi](https://example.org)\n- un\n- deux\n> cité `code`", { actions: [{ id: "yes", label: "OUI", text: "OUI" }, { id: "no", label: "NON", text: "NON" }] });
      await stage.send(user, "Lue");
      await page.locator("herald-inbox .badge").getByText("2").waitFor();
      // axe is the test's tool: it is put in past the page's policy.
      await page.evaluate(kAxe + ";0");
      const check = async (what) => {
        const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes[0]?.html}`), [], what);
      };
      await check("closed");
      await page.locator("herald-inbox .bell").click();
      await page.locator("herald-inbox .choice").first().waitFor();
      await check("open");
      await page.evaluate(() => window.Herald.element.close());
    });
  }

test("the keyboard reaches everything, and Escape goes back to the bell", async (t) => {
  const user = await stage.person();
  const page = await shop(t, { attributes: { user } });
  await ask(user, "Disponible ?", { actions: [{ id: "yes", label: "OUI", text: "OUI" }, { id: "no", label: "NON", text: "NON" }] });
  await page.locator("herald-inbox .badge").getByText("1").waitFor();
  const focused = () =>
    page.evaluate(() => {
      const one = window.Herald.element.shadowRoot.activeElement;
      return one && (one.getAttribute("aria-label") ?? one.textContent);
    });
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Ouvrir les notifications, 1 non lues");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("herald-inbox .panel").getAttribute("role"), "dialog");
  const reached = [];
  for (let n = 0; n < 8; ++n) {
    await page.keyboard.press("Tab");
    reached.push(await focused());
  }
  for (const name of ["Tout effacer", "Fermer", "Notifications", "Afficher les précédentes", "OUI", "NON", "Votre réponse", "Envoyer"])
    assert.ok(reached.includes(name), `${name} in ${reached}`);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("herald-inbox .panel").isVisible(), false);
  assert.match(await focused(), /^Ouvrir les notifications/);
  uncomplaining(page);
});

test("a screen reader hears what comes, whether the panel is open or not", async (t) => {
  const user = await stage.person();
  const page = await shop(t, { attributes: { user }, lang: "en" });
  await live(page);
  await stage.send(user, "Bonjour");
  await until(async () => (await page.locator("herald-inbox .unseen[role=status]").textContent()) === "New: Bonjour", "the live region");
  await page.locator("herald-inbox .bell").click();
  assert.equal(await page.getByRole("log", { name: "Notifications" }).count(), 1);
  uncomplaining(page);
});
