// graphile-worker with a handler that does nothing. Workers as its own manual's page on performance has them: a local queue, so
// that jobs are fetched by the hundred, and completions by the batch.
import { fileURLToPath } from "node:url";
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";
import { measure, payload } from "./shape.mjs";

const quiet = new Logger(() => () => {});
const SQL_SCHEMA = "graphile_worker";
const settings = JSON.parse(process.env.HERALD_BENCH_GRAPHILE ?? '{"concurrency":24,"pool":10,"queue":500,"batch":0}');

const preset = (url) => ({
  worker: {
    connectionString: url,
    schema: SQL_SCHEMA,
    concurrentJobs: settings.concurrency,
    maxPoolSize: settings.pool,
    localQueue: { size: settings.queue },
    completeJobBatchDelay: settings.batch,
    failJobBatchDelay: settings.batch,
    pollInterval: 500,
    logger: quiet,
  },
});

const graphile = {
  async prepare(url) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`DROP SCHEMA IF EXISTS ${SQL_SCHEMA} CASCADE`);
    await client.end();
    const utils = await makeWorkerUtils({ connectionString: url, logger: quiet });
    await utils.migrate();
    await utils.release();
  },
  async producer(url, callers) {
    const pool = new pg.Pool({ connectionString: url, max: callers });
    pool.on("error", () => {});
    const utils = await makeWorkerUtils({ pgPool: pool, logger: quiet });
    return {
      send: (data) => utils.addJob("noop", data),
      end: async () => { await utils.release(); await pool.end(); },
    };
  },
  async work(url, count) {
    const runner = await run({
      preset: preset(url), taskList: { noop: async () => {} }, parsedCronItems: [], noHandleSignals: true,
    });
    runner.events.on("job:success", () => count(1));
    return () => runner.stop();
  },
  async fill(url, jobs) {
    const utils = await makeWorkerUtils({ connectionString: url, logger: quiet });
    for (let n = 0; n < jobs; n += 5000)
      await utils.addJobs(Array.from({ length: Math.min(5000, jobs - n) }, (_, i) => ({ identifier: "noop", payload: payload(n + i) })));
    await utils.withPgClient((client) => client.query(`ANALYZE ${SQL_SCHEMA}._private_jobs`));
    await utils.release();
  },
  async left(client) {
    return Number((await client.query(`SELECT count(*) FROM ${SQL_SCHEMA}._private_jobs`)).rows[0].count);
  },
};

await measure(graphile, fileURLToPath(import.meta.url));
