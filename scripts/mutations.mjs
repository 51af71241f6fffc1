// `npm run test:mutations`: 20,000 mutations of valid requests against a whole Bullpen, which must answer each as its
// document says and go on. `-- --requests=2000` sends fewer, `--seed=1` the same again.
import { ROOT, setUp } from "./setup.mjs";

setUp();
await import(`${ROOT}test/dist/hostile-requests/mutations-main.js`);
