// `npm run test:packages`: packs what is published, checks it by publint and attw, installs it from the tarballs in a
// clean folder, and runs it there (about two minutes). The packages that ours depend on come from the npm registry; where
// it cannot be reached this says so and ends with 0, for it cannot judge then.
import { spawnSync } from "node:child_process";
import { ROOT, run, setUp } from "../setup.mjs";

setUp();
if (spawnSync("npm", ["view", "zod", "name"], { stdio: "ignore", timeout: 60_000 }).status === 0) {
  run(
    process.execPath,
    ["--test", `${ROOT}test/dist/packages/suite.js`],
    "The tests of the packages failed.",
  );
} else {
  console.log("Not run: the npm registry cannot be reached.");
}
