// `npm run test:caller-tools [-- --lines 1000 --kills 10]`: a batch whose lines wait for a tool server, while that server,
// api, worker and Redis are killed; exit code 0 when each line is there once and no call was handed out after its result.
import { ROOT, setUp } from "./setup.mjs";

setUp();
await import(`${ROOT}test/dist/faults/caller-tools-faults-main.js`);
