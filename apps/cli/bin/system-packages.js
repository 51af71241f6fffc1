// Programs that come from the system's package manager. Plain JavaScript without dependencies: the set-up of a checkout
// runs it before `npm ci`, and an installed Bullpen before its stack.
import { spawnSync } from "node:child_process";

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

/** Installs a Redis server where there is none. Ends the process where that is not possible. */
export function installRedis() {
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

function say(text) {
  console.error(text);
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
