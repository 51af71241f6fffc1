// `npm run test:signals`: every way to end a stack, in every phase of its life (3 minutes). Exit code 0 when
// nothing was left behind.
import { ROOT, setUp } from "./setup.mjs";

setUp();
await import(`${ROOT}test/dist/process/signal-matrix.js`);
