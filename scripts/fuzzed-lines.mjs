// `npm run test:fuzzed-lines [-- --lines 3000 --seed 1]`: one batch of generated lines through all of Bullpen's
// processes; exit code 0 when each line ends once, in input order, and names its field. Says what memory each took.
import { ROOT, setUp } from "./setup.mjs";

setUp();
await import(`${ROOT}test/dist/batches/fuzzed-lines-main.js`);
