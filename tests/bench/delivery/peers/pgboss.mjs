// pg-boss with a handler that does nothing. Workers fetch by the hundred and fetch again at once as long as they get as many.
import { fileURLToPath } from "node:url";
import { PgBoss } from "pg-boss";
import pg from "pg";
import { measure, payload } from "./shape.mjs";

const QUEUE = "noop";
const settings = JSON.parse(process.env.HERALD_BENCH_PGBOSS ?? '{"concurrency":2,"batch":500,"poll":0.5,"notify":false}');

async function open(url, max) {
  const boss = new PgBoss({ connectionString: url, max, supervise: false, schedule: false, useListenNotify: settings.notify });
  boss.on("error", (error) => { console.error(error.message); });
  await boss.start();
  return boss;
}

const pgboss = {
  async prepare(url) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("DROP SCHEMA IF EXISTS pgboss CASCADE");
    await client.end();
    const boss = await open(url, 2);
    await boss.createQueue(QUEUE, { notify: settings.notify });
    await boss.stop({ graceful: true });
  },
  async producer(url, callers) {
    const boss = await open(url, callers);
    return { send: (data) => boss.send(QUEUE, data), end: () => boss.stop({ graceful: true }) };
  },
  async work(url, count) {
    const boss = await open(url, 10);
    await boss.work(QUEUE, {
      localConcurrency: settings.concurrency, batchSize: settings.batch, pollingIntervalSeconds: settings.poll,
      burstWhenBatchFull: true,
    }, async (jobs) => { count(jobs.length); });
    return () => boss.stop({ graceful: true });
  },
  async fill(url, jobs) {
    const boss = await open(url, 2);
    for (let n = 0; n < jobs; n += 5000)
      await boss.insert(QUEUE, Array.from({ length: Math.min(5000, jobs - n) }, (_, i) => ({ data: payload(n + i) })));
    await boss.stop({ graceful: true });
  },
  async left(client) {
    return Number((await client.query("SELECT count(*) FROM pgboss.job WHERE state < 'completed'")).rows[0].count);
  },
};

await measure(pgboss, fileURLToPath(import.meta.url));
