// Buttons and typed answers.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, uncomplaining } from "./support/browser.mjs";
import { Stage, until } from "./support/stage.mjs";

const kAsk = { service: "Électricité", location: "Bonamoussadi", description: "panne", urgency: "normal", price: { min: 3000, max: 10000, currency: "XAF" } };
let stage, browser;
before(async () => {
  const routes = [{ name: "default", chain: [{ channel: "webchat", until: "read", within: "10m" }, "log"] }];
  [stage, browser] = await Promise.all([Stage.open({ routes }), launch()]);
});
after(() => Promise.all([browser?.close(), stage?.close()]));

const ask = (user, request = "1") => stage.submit({ kind: "provider.request", to: { phone: user }, params: { ...kAsk, request_id: request } });

async function shop(t, user, more = {}) {
  const context = await browser.newContext({ locale: "fr-FR" });
  t.after(() => context.close());
  const page = await open(context, `${stage.url}/boutique`, { attributes: { user, ...more } });
  await page.locator("herald-inbox .bell").click();
  return page;
}

/** What the daemon answers when it cannot be made to here: recorded answers of POST .../answer. */
async function recorded(page, httpStatus, body) {
  const asked = [];
  await page.context().route("**/answer", (route) => {
    asked.push(route.request().postDataJSON());
    return route.fulfill({ status: httpStatus, json: { status: httpStatus === 200 ? "success" : "error", ...body } });
  });
  return asked;
}

test("a button names its question and its action", async (t) => {
  const user = await stage.person();
  await ask(user);
  const page = await shop(t, user);
  const asked = await recorded(page, 200, { verdict: "won", action: "accept" });
  const yes = page.getByRole("button", { name: "OUI" });
  await yes.click();
  await until(() => asked.length === 1, "the answer");
  const { notifications } = await stage.inbox(user);
  assert.deepEqual(asked, [{ notification_id: notifications[0].id, action: notifications[0].actions[0].id }]);
  assert.equal(await yes.isDisabled(), true, "not twice");
  uncomplaining(page);
});

for (const [verdict, httpStatus, more, words] of [
  ["already_answered", 409, { label: "NON", action: "refuse" }, "Une réponse a déjà été donnée : NON"],
  ["expired", 410, {}, "Il n’est plus possible de répondre."],
  ["not_yours", 404, {}, "Cette question n’existe plus."],
]) {
  test(`a button whose answer does not count says why: ${verdict}`, async (t) => {
    const user = await stage.person();
    await ask(user);
    const page = await shop(t, user);
    await recorded(page, httpStatus, { verdict, message: "x", ...more });
    await page.getByRole("button", { name: "OUI" }).click();
    await page.locator("herald-inbox .item [role=alert]").getByText(words).waitFor();
    uncomplaining(page);
  });
}

test("typed words that answer nothing stay in the box with the reason; others are taken", async (t) => {
  const user = await stage.person();
  await ask(user);
  const page = await shop(t, user);
  const box = page.getByRole("textbox", { name: "Votre réponse" });
  let asked = await recorded(page, 409, { verdict: "ambiguous", message: "x" });
  await box.fill("oui, bien sûr");
  await box.press("Enter");
  await page.getByText("Plusieurs questions sont ouvertes").waitFor();
  assert.equal(await box.inputValue(), "oui, bien sûr");
  assert.deepEqual(asked, [{ text: "oui, bien sûr" }]);
  await page.context().unroute("**/answer");
  asked = await recorded(page, 200, { verdict: "won", action: "accept", label: "OUI" });
  await box.press("Enter");
  await until(async () => (await box.inputValue()) === "", "the empty box");
  assert.equal(await page.getByText("Plusieurs questions sont ouvertes").isVisible(), false);
  uncomplaining(page);
});

test("without a question there is no box, unless the page wants one and takes what is said", async (t) => {
  const user = await stage.person();
  const page = await shop(t, user);
  assert.equal(await page.getByRole("textbox").count(), 0);
  const talking = await shop(t, user, { reply: "always" });
  await recorded(talking, 422, { verdict: "no_question", message: "x" });
  await talking.evaluate(() =>
    document.addEventListener("herald-message", (event) => {
      event.preventDefault();
      window.heard = event.detail.text;
    }),
  );
  await talking.getByRole("textbox").fill("Bonjour ?");
  await talking.getByRole("button", { name: "Envoyer" }).click();
  await until(() => talking.evaluate(() => window.heard === "Bonjour ?"), "the page's own event");
  uncomplaining(page, talking);
});

test("the daemon takes a button's answer, and every tab and device shows it", async (t) => {
  const user = await stage.person();
  const id = await ask(user);
  const [page, elsewhere] = [await shop(t, user), await shop(t, user)];
  await page.getByRole("button", { name: "OUI" }).click();
  for (const one of [page, elsewhere]) {
    await one.getByText("Vous avez répondu : OUI").waitFor();
    assert.equal(await one.locator("herald-inbox .choice").count(), 0);
    assert.equal(await one.getByRole("textbox").count(), 0, "nothing is asked any more");
  }
  assert.equal((await stage.ctl("show", id)).evidence, "answered");
  uncomplaining(page, elsewhere);
});

test("the daemon takes typed words for the one open question, and asks which of two is meant", async (t) => {
  const user = await stage.person();
  await ask(user, "1");
  const page = await shop(t, user);
  const box = page.getByRole("textbox", { name: "Votre réponse" });
  await box.fill("  Oui ! 👍");
  await box.press("Enter");
  await page.getByText("Vous avez répondu : OUI").waitFor();
  await ask(user, "2");
  await ask(user, "3");
  await page.locator("herald-inbox .choices").nth(1).waitFor();
  await box.fill("non");
  await box.press("Enter");
  await page.getByText("Plusieurs questions sont ouvertes").waitFor();
  assert.equal(await page.locator("herald-inbox .choices").count(), 2);
  uncomplaining(page);
});
