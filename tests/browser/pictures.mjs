// Takes the pictures of the documentation again: node pictures.mjs [FOLDER]. HERALD_BUILD_DIR holds the built daemon. Debian's
// pngquant makes them small; nothing else here needs it.

import { execFileSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { html, launch, open } from "./support/browser.mjs";
import { Stage, until } from "./support/stage.mjs";

const folder = process.argv[2] ?? fileURLToPath(new URL("../../docs/images", import.meta.url));
const kMost = 60 * 1024;
const kRequest = { service: "Électricité", location: "Bonamoussadi", description: "problème d'électricité dans ma chambre", urgency: "normal", request_id: "42" };
const kProvider = { name: "Jean Dupont", phone: "237691234567", rating: 4.5 };
const kArabic = {
  title: "الإشعارات", open: "فتح الإشعارات", close: "إغلاق", clear: "مسح الكل", earlier: "عرض السابقة", unread: "{n} غير مقروءة", today: "اليوم",
  now: "الآن", reply: "إجابتك", send: "إرسال", choose: "إجابتك", reading: "جديد", info: "معلومة", confirmation: "تأكيد", status_update: "متابعة",
  provider_request: "طلب",
};

mkdirSync(folder, { recursive: true });
const [stage, browser] = await Promise.all([Stage.open({}, { page: true }), launch()]);

async function picture(name, { send, words, ...what }, look) {
  const user = await stage.person();
  const context = await browser.newContext({ viewport: { width: 420, height: 640 }, locale: "fr-FR", timezoneId: "Africa/Douala", ...look });
  for (const [kind, params] of send) await stage.submit({ to: { phone: user }, ...(kind ? { kind, params } : { content: params }) });
  await until(async () => (await stage.inbox(user)).count === send.length, "all of them");
  const page = await open(context, `${stage.url}/boutique`, { html: html({ body: "", ...what }), csp: null });
  await page.evaluate(([user, words]) => window.Herald.mount({ user, words, sound: true }).open(), [user, words]);
  await page.waitForFunction((n) => document.querySelector("herald-inbox").shadowRoot.querySelectorAll(".item").length === n, send.length);
  await page.evaluate(() => {
    const log = document.querySelector("herald-inbox").shadowRoot.querySelector(".log");
    log.scrollTop = log.scrollHeight;
  });
  await taken(page, name);
  await context.close();
}

/** The page of ./dev demo after an order. */
async function demo() {
  await stage.demoPeople();
  const page = await browser.newPage({ viewport: { width: 1000, height: 860 }, locale: "fr-FR", timezoneId: "Africa/Douala" });
  await page.goto(stage.page);
  await page.getByRole("button", { name: "Envoyer la demande" }).click();
  await page.locator("herald-inbox[inline] .item").nth(1).waitFor();
  await page.locator("herald-inbox:not([inline]) .bell").click();
  await page.evaluate(() => scrollTo(0, 0));
  await taken(page, "demo-page");
  await page.close();
}

async function taken(page, name) {
  const path = join(folder, `${name}.png`);
  await page.waitForTimeout(300); // until what was drawn stands still
  await page.screenshot({ path });
  execFileSync("pngquant", ["--force", "--speed", "1", "--output", path, "64", path]);
  const size = statSync(path).size;
  console.log(`${name}: ${size} bytes`);
  if (size > kMost) throw new Error(`${path} has ${size} bytes; at most ${kMost} are kept`);
}

const kCustomer = [
  ["service_request.confirmed", kRequest],
  ["service_request.status", { service: "Électricité", status: "assigned", request_id: "42", provider: kProvider }],
];
const kOffer = [["provider.request", kRequest]];
const kInArabic = {
  markdown: "🔔 **طلب خدمة جديد**\n\n**الخدمة**: كهرباء\n**المكان**: Bonamoussadi\n\n**هل أنت متاح؟**", title: "", type: "provider_request",
  actions: [{ id: "accept", label: "نعم", text: "نعم" }, { id: "refuse", label: "لا", text: "لا" }],
};

try {
  await picture("widget-light", { send: kCustomer }, {});
  await picture("widget-dark", { send: kOffer }, { colorScheme: "dark" });
  await picture("widget-phone", { send: kCustomer }, { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true });
  await demo();
  await picture("widget-rtl", { send: [[null, kInArabic]], words: kArabic, lang: "ar", dir: "rtl" }, {});
} finally {
  await Promise.all([browser.close(), stage.close()]);
}
