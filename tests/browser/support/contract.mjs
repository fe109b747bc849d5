// What the pages of a test and the daemon said to each other, for the check against the daemon's own description of
// its API (tests/support/contract.py), which the stage does at its end.

const heard = [];

/** What a page asks of the daemon from now on; not what a test answers in its place. */
export function listen(page) {
  page.on("response", (response) => heard.push(exchange(response).catch(() => null)));
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => heard.push({ schema: "SocketServerMessage", message: String(payload) }));
    socket.on("framesent", ({ payload }) => heard.push({ schema: "SocketClientMessage", message: String(payload) }));
  });
}

async function exchange(response) {
  const headers = await response.allHeaders();
  if (headers.server !== "herald") return null;
  const request = response.request();
  const { pathname, search } = new URL(response.url());
  const type = headers["content-type"] ?? null;
  const told = { method: request.method(), target: pathname + search, request: request.postData(), status: response.status(), type };
  // A stream has no end to wait for; of what a page left in the middle there is no body.
  const open = type?.startsWith("text/event-stream") || told.status === 304;
  const body = open ? "" : await response.text().catch(() => null);
  return body === null ? null : { ...told, body };
}

/** All of it, once. */
export async function takeHeard() {
  const all = await Promise.all(heard.splice(0));
  return all.filter((one) => one);
}
