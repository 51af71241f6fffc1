// Brings a fresh checkout to where Bullpen runs: Node's packages, the compiled code, a Redis server,
// the Calculator's libraries.
// What is there already is left alone. Plain JavaScript without dependencies: it runs before `npm ci`.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../", import.meta.url));

const OLDEST_NODE = [20, 19];

/** Package managers and what they call the packages that we need. */
const PACKAGE_MANAGERS = [
  {
    command: "apt-get",
    update: ["update", "-q"],
    install: ["install", "-y", "-q", "--no-install-recommends"],
    redis: "redis-server",
    chromium: "chromium",
    prometheus: "prometheus",
  },
  { command: "dnf", install: ["install", "-y"], redis: "valkey", chromium: "chromium" },
  { command: "yum", install: ["install", "-y"], redis: "redis", chromium: "chromium" },
  { command: "apk", install: ["add"], redis: "redis", chromium: "chromium", prometheus: "prometheus" },
  {
    command: "pacman",
    install: ["-Sy", "--noconfirm"],
    redis: "valkey",
    chromium: "chromium",
    prometheus: "prometheus",
  },
  { command: "zypper", install: ["--non-interactive", "install"], redis: "redis", chromium: "chromium" },
];

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

function installRedis() {
  if (has("redis-server") || has("valkey-server")) return;
  installSystemPackage("redis", "no REDIS_URL and no redis-server or valkey-server");
  if (has("redis-server") || has("valkey-server")) return;
  fail(
    "The package was installed but brought no redis-server or valkey-server. Install one, or set REDIS_URL.",
  );
}

/**
 * Installs a package through the system's package manager, saying so first. Ends the process where that is not possible.
 *
 * @param {"redis" | "chromium" | "prometheus"} what
 * @param {string} why
 */
export function installSystemPackage(what, why) {
  const problem = tryToInstall(what, why);
  const byHand = what === "redis" ? "Install Redis 6.2 or newer, or set REDIS_URL." : `Install ${what}.`;
  if (problem) fail(`${problem} ${byHand}`);
}

/**
 * The same for what can be done without.
 *
 * @returns {string | undefined} why it is not installed, a sentence.
 */
export function tryToInstall(what, why) {
  const manager = PACKAGE_MANAGERS.find(({ command }) => has(command));
  if (!manager) return `There is ${why}, and no package manager that this script knows.`;
  const packageName = manager[what];
  if (!packageName) return `There is ${why}, and we know no package of ${manager.command} for it.`;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && !has("sudo")) return `There is ${why}, and installing needs root.`;
  say(`${why}: installing ${packageName} with ${manager.command}${isRoot ? "" : " (through sudo)"}`);
  const asRoot = (args) => (isRoot ? [manager.command, args] : ["sudo", [manager.command, ...args]]);
  // Debian's package would start a server of its own; we start one when we need it, on our own port.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  // An update that fails for one source may still leave what we need.
  if (manager.update) spawnSync(...asRoot(manager.update), { stdio: "ignore", env });
  const install = asRoot([...manager.install, packageName]);
  const { status } = spawnSync(...install, { stdio: ["inherit", "ignore", "inherit"], env });
  return status === 0 ? undefined : `${packageName} could not be installed.`;
}

export function has(command) {
  return spawnSync("sh", ["-c", `command -v ${command}`], { stdio: "ignore" }).status === 0;
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
