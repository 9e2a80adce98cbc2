// Emmett with its PostgreSQL store: `peer.mjs POSTGRES_URL DIR append FILE | read`. What is asked and answered is said
// in ../src/work.rs.
import { readFileSync } from 'node:fs';
import { getPostgreSQLEventStore, readMessagesBatch } from '@event-driven-io/emmett-postgresql';
import { dumbo } from '@event-driven-io/dumbo';
import pg from 'pg';

const [url, , work, file] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 32 });
const store = getPostgreSQLEventStore(url, { connectionOptions: { pooled: true, pool } });
await store.schema.migrate();

const percentile = (sorted, permille) => sorted[Math.min(Math.floor((sorted.length * permille) / 1000), sorted.length - 1)];

async function append() {
  const queues = new Map();
  let count = 0;
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
    const append = JSON.parse(line);
    append.events = append.events.map((data) => ({ type: 'Said', data }));
    count += append.events.length;
    if (!queues.has(append.writer)) queues.set(append.writer, []);
    queues.get(append.writer).push(append);
  }
  const times = [];
  const start = performance.now();
  await Promise.all(
    [...queues.values()].map(async (queue) => {
      for (const { stream, version, events } of queue) {
        const begun = performance.now();
        const expectedStreamVersion = version === 1 ? 'STREAM_DOES_NOT_EXIST' : BigInt(version - 1);
        await store.appendToStream(stream, events, { expectedStreamVersion });
        times.push(performance.now() - begun);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  times.sort((a, b) => a - b);
  const [p50, p99, p999] = [500, 990, 999].map((permille) => percentile(times, permille));
  return { events: count, seconds, p50, p99, p999 };
}

async function read() {
  const { execute, close } = dumbo({ connectionString: url });
  let [count, after, page] = [0, 0n];
  const start = performance.now();
  do {
    page = await readMessagesBatch(execute, { after, batchSize: 2000 });
    count += page.messages.length;
    after = page.currentGlobalPosition;
  } while (page.areMessagesLeft);
  const seconds = (performance.now() - start) / 1000;
  await close();
  return { events: count, seconds };
}

console.log(JSON.stringify(await (work === 'append' ? append() : read())));
await store.close();
await pool.end();
