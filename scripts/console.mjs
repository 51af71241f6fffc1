// `npm run test:console`: the console in Chromium with 10,000 queries, 1,000 batches and a batch of 10,000 lines: how fast
// its pages are, what they cost at rest, and hostile texts in every field. Screenshots go to .bullpen/screenshots.
//
// `-- --queries=100 --batches=10` stores fewer, for who changes the tests.
import { has, installSystemPackage, ROOT, run, setUp } from "./setup.mjs";

setUp();
if (!["chromium", "chromium-browser", "google-chrome"].some(has) && !process.env.CHROMIUM_PATH) {
  installSystemPackage("chromium", "no Chromium for the browser tests");
}
run(
  process.execPath,
  [`${ROOT}test/dist/console/suite.js`, ...process.argv.slice(2)],
  "The tests of the console failed.",
);
