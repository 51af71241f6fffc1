// `npm run test:batch-faults [-- --lines 10000 --kills 30]`: one batch on the demo model while its
// processes are killed and Redis is wiped; exit code 0 when each line is there once, in input order.
import { ROOT, setUp } from "./setup.mjs";

setUp();
await import(`${ROOT}test/dist/faults/batch-faults-main.js`);
