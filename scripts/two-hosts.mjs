// `npm run test:two-hosts [-- --lines 200 --cut 30 --kilobits 512]`: a batch whose worker and tool-worker are on a second
// host, a network namespace with a slow cable and wrong clocks, which is cut off for a time. Linux, as root.
import { ROOT, setUp } from "./setup.mjs";

setUp();
await import(`${ROOT}test/dist/faults/two-hosts-main.js`);
