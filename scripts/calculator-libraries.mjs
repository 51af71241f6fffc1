// Fetches the libraries that programs of the Calculator may import (packages/python-sandbox/libraries.txt) and compiles
// them: `node scripts/calculator-libraries.mjs [folder]`. Bullpen runs without them, so whatever is missing is said and
// the script ends with 0. The wheels come through pip, which checks their hashes.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = resolve(process.argv[2] ?? `${root}.bullpen/calculator-libraries`);
const listPath = `${root}packages/python-sandbox/libraries.txt`;
const list = readFileSync(listPath, "utf8");
const [fetched, failed] = [`${folder}/fetched.txt`, `${folder}/failed.txt`];
/** After a failure we try again on the next day: without a network each try waits for time-outs. */
const RETRY_AFTER_MS = 24 * 3_600_000;

if (!isFetched()) {
  const problem = recentFailure() ?? fetchWheels();
  if (problem) {
    console.error(`The Calculator has Python's standard library only, without sympy and others: ${problem}.`);
    process.exit(0);
  }
}
const { openLibraries } = await import(`${root}packages/python-sandbox/dist/index.js`);
const libraries = await openLibraries({ paths: [folder], onNotice: (text) => console.error(text) });
await libraries.ready;

function isFetched() {
  return textOf(fetched) === list;
}

function recentFailure() {
  const [of, problem] = (textOf(failed) ?? "").split("\0");
  if (of !== list || Date.now() - statSync(failed).mtimeMs > RETRY_AFTER_MS) return undefined;
  return `${problem} (remove ${failed} to try again before tomorrow)`;
}

/** Returns why it failed, if it did. */
function fetchWheels() {
  console.error("fetching sympy and other libraries for the Calculator (7 MB, Python package index)");
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) rmSync(`${folder}/${name}`, { force: true, recursive: true });
  const options = ["--quiet", "--disable-pip-version-check", "--retries=1", "--timeout=10"];
  const exactly = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement", listPath];
  const args = ["-m", "pip", "download", ...options, ...exactly, "--dest", folder];
  const { status, error, stderr } = spawnSync("python3", args, { encoding: "utf8" });
  if (status === 0) {
    writeFileSync(fetched, list);
    return undefined;
  }
  const problem = error
    ? "there is no python3 with pip to fetch them"
    : `pip could not fetch them (${stderr.trim().split("\n").at(-1)})`;
  writeFileSync(failed, `${list}\0${problem}`);
  return problem;
}

function textOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
