// The shape that both queues are measured in: 32 callers that enqueue one by one in this process, workers in a child of it, as
// an application would run them. Each queue is a module with:
//   prepare(url): a fresh schema, nothing in it;
//   producer(url): {send(payload), end()};
//   work(url, count): starts workers that call count(n) after n jobs are completed in the database; gives their end();
//   left(client): SQL for the number of jobs not completed.
import { fork } from "node:child_process";
import pg from "pg";

const CALLERS = 32;
const LONGEST_DRAIN_MS = 300_000;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
export const payload = (n) => ({ user: 1 + (n % 1000), message: `Votre demande a bien été reçue et traitée: ${n}` });

/** Prints one JSON line: what was enqueued, in which time, and until all of it was completed. */
export async function measure(queue, file) {
  const [role, url, amount] = process.argv.slice(2);
  if (role === "work") return worker(queue, url);
  await queue.prepare(url);
  const result = role === "drain" ? await drain(queue, file, url, Number(amount)) : await sustain(queue, file, url, Number(amount));
  console.log(JSON.stringify(result));
}

async function worker(queue, url) {
  let done = 0;
  const end = await queue.work(url, (n) => { done += n; });
  const tell = setInterval(() => process.send({ done }), 20);
  process.send({ ready: true });
  process.on("message", async () => { clearInterval(tell); await end(); process.disconnect(); });
}

/** Starts the workers; resolves once they look for jobs. */
async function startWorkers(file, url) {
  const child = fork(file, ["work", url]);
  const state = { done: 0, child, failed: false };
  child.on("exit", () => { state.failed = true; });
  await new Promise((ready, failed) => {
    child.on("message", (m) => { if (m.ready) ready(); else state.done = m.done; });
    child.on("exit", () => failed(new Error("the workers ended before they were ready")));
  });
  return state;
}

async function stopWorkers(workers) {
  const gone = new Promise((done) => workers.child.on("exit", done));
  workers.child.send("end");
  await gone;
}

/** Until the database has none left. */
async function completed(queue, url, workers, sent) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const end = performance.now() + LONGEST_DRAIN_MS;
  try {
    for (;;) {
      if (workers.failed) throw new Error("the workers ended");
      if (performance.now() > end) throw new Error(`${workers.done} of ${sent} were completed within ${LONGEST_DRAIN_MS} ms`);
      if (workers.done >= sent && (await queue.left(client)) === 0) return performance.now();
      await sleep(10);
    }
  } finally {
    await client.end();
  }
}

async function sustain(queue, file, url, seconds) {
  const workers = await startWorkers(file, url);
  const producer = await queue.producer(url, CALLERS);
  const start = performance.now();
  let sent = 0;
  await Promise.all(Array.from({ length: CALLERS }, async () => {
    while (performance.now() - start < seconds * 1000) await producer.send(payload(sent++));
  }));
  const enqueued = (performance.now() - start) / 1000;
  const took = ((await completed(queue, url, workers, sent)) - start) / 1000;
  await producer.end();
  await stopWorkers(workers);
  return { jobs: sent, enqueued_per_second: sent / enqueued, per_second: sent / took };
}

async function drain(queue, file, url, jobs) {
  await queue.fill(url, jobs);
  const start = performance.now();
  const workers = await startWorkers(file, url);
  const ready = performance.now();
  const end = await completed(queue, url, workers, jobs);
  await stopWorkers(workers);
  // Without the start of a process, which is not what is compared.
  return { jobs, started_in: (ready - start) / 1000, per_second: jobs / ((end - ready) / 1000) };
}
