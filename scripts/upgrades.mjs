// `npm run test:upgrades [-- --version v0.2.0] [--record]`: builds the last release in a folder of its own, lets it begin
// work that this version finishes, and the other way round. `--record` keeps what the release leaves for `npm test`.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT, setUp } from "./setup.mjs";

const { values } = parseArgs({
  options: { version: { type: "string" }, record: { type: "boolean", default: false } },
});
const run = (command, args, cwd = ROOT) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
const version = values.version ?? lastRelease();

setUp();
const folder = join(ROOT, ".bullpen/releases", version);
if (!existsSync(join(folder, "built"))) build();
process.argv.push("--release", folder, "--version", version);
await import(`${ROOT}test/dist/upgrades/upgrades-main.js`);

function lastRelease() {
  try {
    return run("git", ["describe", "--tags", "--abbrev=0", "--match", "v*"]).trim();
  } catch {
    console.error("This checkout has no tag of a release: fetch the tags, or name a commit by --version.");
    process.exit(1);
  }
}

function build() {
  console.log(`Building ${version} in ${folder} …`);
  run("git", ["clone", "--quiet", "--no-checkout", ROOT, folder]);
  run("git", ["checkout", "--quiet", version], folder);
  run("npm", ["ci", "--no-audit", "--no-fund"], folder);
  run("npx", ["tsc", "-b"], folder);
  run("touch", ["built"], folder);
}
