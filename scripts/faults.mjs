// `npm run test:faults [-- --queries 5000 --faults 60 --seed N]`: random faults while queries run, then
// a checker reads the whole history. Exit code 0 when every promise was kept.
import { ROOT, setUp } from "./setup.mjs";

setUp();
await import(`${ROOT}test/dist/faults/faults-main.js`);
