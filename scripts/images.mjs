// `npm run test:images`: each image is built by the steps of the Dockerfile and started as its user, without a container
// engine. Needs Linux, root and unshare; without them it says so and ends with 0, for it cannot judge then. `-- --reuse`
// takes the stages of the last run as they are.
import { spawnSync } from "node:child_process";
import { ROOT, run, setUp } from "./setup.mjs";

setUp();
const canUnshare = spawnSync("unshare", ["--mount", "--pid", "--fork", "true"]).status === 0;
if (process.argv.includes("--reuse")) process.env.REUSE_IMAGES = "true";
if (canUnshare) {
  run(process.execPath, [`${ROOT}test/dist/infra/images-main.js`], "The tests of the images failed.");
} else {
  console.log("Not run: this needs root, and unshare with namespaces of mounts and processes.");
}
