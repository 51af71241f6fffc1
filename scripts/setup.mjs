// Brings a fresh checkout to where Bullpen runs: Node's packages, the compiled code, a Redis server,
// the Calculator's libraries.
// What is there already is left alone. Plain JavaScript without dependencies: it runs before `npm ci`.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installRedis } from "../apps/cli/bin/system-packages.js";

export { has, installSystemPackage, tryToInstall } from "../apps/cli/bin/system-packages.js";

export const ROOT = fileURLToPath(new URL("../", import.meta.url));

const OLDEST_NODE = [20, 19];

export function setUp() {
  checkNode();
  installPackages();
  compile();
  if (!process.env.REDIS_URL) installRedis();
  run(
    process.execPath,
    ["scripts/calculator-libraries.mjs"],
    "The Calculator's libraries cannot be compiled.",
  );
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  fail(`Bullpen needs Node ${OLDEST_NODE.join(".")} or newer; this is ${process.versions.node}.`);
}

function installPackages() {
  const installed = `${ROOT}node_modules/.package-lock.json`;
  const isCurrent =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${ROOT}package-lock.json`).mtimeMs;
  if (isCurrent) return;
  say("installing npm packages");
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], "npm could not install the packages.");
}

function compile() {
  const tsc = `${ROOT}node_modules/typescript/bin/tsc`;
  run(process.execPath, [tsc, "-b"], "The code does not compile.");
  run(process.execPath, [`${ROOT}apps/console/build.mjs`], "The console cannot be built.");
}

/** Runs a command; when it fails, says so in one sentence and ends. */
export function run(command, args, failure) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) fail(error ? `${failure} (${error.message})` : failure);
}

function say(text) {
  console.error(text);
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
