// `npm run release -- 0.2.0 [--dry-run]`: makes a release of a clean and green main. Dates the changelog's Unreleased
// section, sets the version of root, workspaces and lock file, commits and tags. Pushes nothing. With `--dry-run` it
// only says what it would do, and does not run the tests.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Files that name the images of the release. */
const WITH_IMAGES = [
  "infra/helm/bullpen/Chart.yaml",
  "infra/rented/runpod-2xa100.json",
  "infra/rented/runpod-2xh100.json",
  "infra/rented/skypilot-worker.yaml",
  "docs/kubernetes.md",
  "docs/rented-gpus.md",
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    release(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

function release(args) {
  const { version, isDryRun } = readArguments(args);
  checkMain();
  const changelog = dateUnreleased(read("CHANGELOG.md"), version, new Date().toISOString().slice(0, 10));
  const changes = new Map([["CHANGELOG.md", changelog]]);
  const lock = read("package-lock.json");
  const workspaces = Object.keys(JSON.parse(lock).packages).filter((path) =>
    /^(packages|apps)\/[^/]+$/.test(path),
  );
  for (const path of ["package.json", ...workspaces.map((folder) => `${folder}/package.json`)]) {
    changes.set(path, setVersion(read(path), version));
  }
  changes.set("package-lock.json", setLockVersions(lock, version));
  const current = JSON.parse(read("package.json")).version;
  for (const path of WITH_IMAGES) changes.set(path, read(path).replaceAll(current, version));
  if (isDryRun) {
    console.log(`Would write ${[...changes.keys()].join(", ")}, commit and tag v${version}.`);
    return;
  }
  run("npm", ["test"], "The tests fail.");
  for (const [path, text] of changes) writeFileSync(ROOT + path, text);
  run(
    "git",
    ["commit", "--quiet", "--all", "--message", `Release ${version}`],
    "The release could not be committed.",
  );
  run(
    "git",
    ["tag", "--annotate", `v${version}`, "--message", `Bullpen ${version}`],
    "The tag could not be set.",
  );
  console.log(`Released ${version}. Publish it: git push --follow-tags`);
}

/** @returns {{ version: string, isDryRun: boolean }} */
export function readArguments(args) {
  const [version, ...rest] = args.filter((arg) => arg !== "--dry-run");
  if (rest.length > 0 || !/^\d+\.\d+\.\d+$/.test(version ?? "")) {
    throw new Error("Usage: npm run release -- <major.minor.patch> [--dry-run]");
  }
  return { version, isDryRun: args.includes("--dry-run") };
}

/** The changelog with its Unreleased section under the version and date, and a new empty one above. */
export function dateUnreleased(changelog, version, date) {
  const [head, body, ...more] = changelog.split(/^## Unreleased\n/m);
  if (body === undefined || more.length > 0)
    throw new Error("CHANGELOG.md needs one section called Unreleased.");
  if (changelog.includes(`\n## ${version} `))
    throw new Error(`CHANGELOG.md has a section for ${version} already.`);
  const entries = body.split(/^## /m, 1)[0] ?? "";
  if (entries.trim() === "") throw new Error("CHANGELOG.md has nothing under Unreleased.");
  return `${head}## Unreleased\n\n## ${version} - ${date}\n${body}`;
}

/** A package.json with the version, which its dependencies on other workspaces get, too. */
export function setVersion(text, version) {
  return toJson(withVersion(JSON.parse(text), version));
}

/** A package-lock.json with the version in the entries of root and workspaces. */
export function setLockVersions(text, version) {
  const lock = JSON.parse(text);
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (!path.includes("node_modules/")) lock.packages[path] = withVersion(entry, version);
  }
  return toJson({ ...lock, version });
}

function withVersion(manifest, version) {
  const changed = { ...manifest, version };
  for (const kind of ["dependencies", "devDependencies"]) {
    if (!manifest[kind]) continue;
    changed[kind] = Object.fromEntries(
      Object.entries(manifest[kind]).map(([name, range]) => [
        name,
        name.startsWith("@bullpen/") ? version : range,
      ]),
    );
  }
  return changed;
}

/** As npm writes it. */
function toJson(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function checkMain() {
  const branch = output("git", ["branch", "--show-current"]);
  if (branch !== "main") throw new Error(`A release is made of main; this is ${branch || "no branch"}.`);
  const changes = output("git", ["status", "--porcelain"]);
  if (changes !== "") throw new Error(`A release is made of a clean checkout. Commit or remove:\n${changes}`);
}

function read(path) {
  return readFileSync(ROOT + path, "utf8");
}

function output(command, args) {
  return spawnSync(command, args, { cwd: ROOT, encoding: "utf8" }).stdout.trim();
}

function run(command, args, failure) {
  if (spawnSync(command, args, { cwd: ROOT, stdio: "inherit" }).status !== 0) throw new Error(failure);
}
