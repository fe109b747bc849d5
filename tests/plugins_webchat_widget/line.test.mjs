// The line against a small server that answers as it is told: falling back, tokens, waiting, giving up.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, test } from "node:test";
import { item, load } from "./load.mjs";

// What a browser has and node has not.
globalThis.document = { baseURI: "http://127.0.0.1/" };
globalThis.addEventListener ??= () => undefined;
Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });
delete globalThis.WebSocket; // a network that lets none through
const { Door, Line, kTransports } = await load("line", "door");

const cleanups = [];
afterEach(() => cleanups.splice(0).forEach((clean) => clean()));

/** `answer(request, url)` gives [status, body, headers], or a function that takes the response. */
async function line(answer, options = {}) {
  const asked = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://x");
    asked.push(`${request.method} ${url.pathname}${url.search}`);
    const how = answer(request, url) ?? [404, {}];
    if (typeof how === "function") return how(response);
    response.writeHead(how[0], { "Content-Type": "application/json", ...how[2] }).end(JSON.stringify(how[1]));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const door = new Door({ user: "42", base: `http://127.0.0.1:${server.address().port}/api`, ...options });
  const out = { asked, batches: [], states: [], cursor: null };
  const told = new Set();
  const tell = () => told.forEach((look) => look());
  const ends = {
    cursor: () => out.cursor,
    take: (batch) => (out.batches.push(batch), (out.cursor = batch.cursor), tell()),
    pace: () => 5,
    state: (...state) => (out.states.push(state), tell()),
  };
  const made = new Line(door, ends, options.transports ?? kTransports);
  out.until = (look) =>
    new Promise((resolve) => {
      const check = () => look() && (told.delete(check), resolve());
      told.add(check);
      check();
    });
  cleanups.push(() => (made.stop(), server.closeAllConnections(), server.close()));
  made.start();
  return out;
}

const batch = (cursor, ...notifications) => ({ status: "success", notifications, unread_count: notifications.length, cursor });
const event = (one) => `id: ${one.cursor}\ndata: ${JSON.stringify(one)}\n\n`;
const streams = (...pieces) => (response) => {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  for (const piece of pieces) response.write(piece);
};
const widget = (url) => url.pathname === "/api/widget.js";

test("an event stream is read whatever the pieces it comes in", async () => {
  const text = Buffer.from(":\n\n" + event(batch("a", item(1, { text: "é 🔧" }))) + event(batch("b", item(2))));
  const pieces = [...text].map((byte) => Buffer.from([byte]));
  const seen = await line((_, url) => (url.pathname.includes("/stream/") ? streams(...pieces) : [200, {}]));
  await seen.until(() => seen.batches.length === 2);
  assert.equal(seen.batches[0].notifications[0].text, "é 🔧");
  assert.deepEqual(seen.states.at(-1), ["live", "sse"]);
});

test("falls back until something gets through", async () => {
  const seen = await line((_, url) => {
    if (widget(url)) return [200, {}];
    if (url.search.includes("wait") || url.pathname.includes("/stream/")) return [502, {}];
    return url.pathname.includes("/poll/") ? [200, batch("b")] : [200, batch("a", item(1))];
  });
  await seen.until(() => seen.states.some(([, transport]) => transport === "poll"));
  assert.equal(seen.batches[0].notifications.length, 1);
});

test("a token that is no longer valid is asked for once more, then the person is signed out", async () => {
  let tokens = 0;
  const token = async () => `t${++tokens}`;
  const seen = await line((request) => (request.headers.authorization === "Bearer t2" ? [200, batch("a")] : [401, {}]), {
    token,
    transports: ["poll"],
  });
  await seen.until(() => seen.states.some(([status]) => status === "live"));
  assert.equal(tokens, 2);
  const out = await line(() => [401, {}], { token, transports: ["sse", "poll"] });
  await out.until(() => out.states.some(([status]) => status === "signed-out"));
  assert.equal(tokens, 4, "not again and again");
});

test("a stream that ended because the token did goes on from the cursor with a new one", async () => {
  let tokens = 0;
  const end = 'event: end\ndata: {"reason":"expired","cursor":"a"}\n\n';
  const seen = await line(
    (request, url) => {
      if (!url.pathname.includes("/stream/")) return [200, {}];
      return request.headers.authorization === "Bearer t1" ? streams(event(batch("a", item(1))), end) : streams(event(batch("b", item(2))));
    },
    { token: async () => `t${++tokens}`, transports: ["sse"] },
  );
  await seen.until(() => seen.batches.length === 2);
  assert.ok(seen.asked.some((one) => one.endsWith("/stream/42?cursor=a")), seen.asked.join("\n"));
});

test("let go for another window, it does not fight", async () => {
  const end = 'event: end\ndata: {"reason":"replaced","cursor":"a"}\n\n';
  const seen = await line((_, url) => (url.pathname.includes("/stream/") ? streams(event(batch("a")), end) : [200, {}]), { transports: ["sse"] });
  await seen.until(() => seen.states.some(([status]) => status === "elsewhere"));
  assert.equal(seen.asked.filter((one) => one.includes("/stream/")).length, 1);
});

test("a person the daemon does not know is refused on every way", async () => {
  const seen = await line((_, url) => (widget(url) ? [200, {}] : [404, {}]));
  await seen.until(() => seen.states.some(([status]) => status === "refused"));
});

test("asked to wait, it waits", async () => {
  const times = [];
  const seen = await line(
    () => {
      times.push(performance.now());
      return times.length === 1 ? [503, {}, { "Retry-After": "1" }] : [200, batch("a")];
    },
    { transports: ["poll"] },
  );
  await seen.until(() => seen.states.some(([status]) => status === "live"));
  assert.ok(times[1] - times[0] >= 950, `${times[1] - times[0]} ms`);
  assert.ok(seen.states.some(([status]) => status === "offline"));
});

test("what the interval poll knows is not sent again", async () => {
  let unchanged = 0;
  const seen = await line(
    (request, url) => {
      if (!url.pathname.includes("/poll/")) return [200, batch("a")];
      if (request.headers["if-none-match"] !== '"x"') return [200, batch("a"), { ETag: '"x"' }];
      return ++unchanged < 3 ? [304, undefined, { ETag: '"x"' }] : [200, batch("b", item(1))];
    },
    { transports: ["poll"] },
  );
  await seen.until(() => seen.cursor === "b");
  assert.equal(unchanged, 3);
});
