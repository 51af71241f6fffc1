// `npm run test:redis-failover [-- --queries 1000 --form sentinel]`: queries run on Redis with Sentinels, then on a
// Redis Cluster, while the master changes three times. Exit code 0 when each query has ended once with the right answer.
import { ROOT, setUp } from "./setup.mjs";

setUp();
await import(`${ROOT}test/dist/faults/failovers-main.js`);
