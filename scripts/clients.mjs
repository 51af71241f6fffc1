// `npm run test:clients`: the current releases of the clients in docs/clients.md, unmodified, against Bullpen. Each is
// installed below .bullpen/clients or its folder of test/clients/table, apart from Bullpen's own packages. Without python3,
// its package index or npm's it says so and goes on with the clients that it has.
//
// Arguments narrow it to the programs whose name holds one of them: `npm run test:clients -- langchain`.
// `--write` writes the table of docs/clients.md, which is otherwise compared with what ran.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { ROOT, setUp } from "./setup.mjs";

const UV = "uv==0.13.9";
/** The oldest major version of Node that the clients take, and what runs them where Bullpen's own is older. */
const NODE_FOR_CLIENTS = 24;
const NODE_VERSION = "24.22.3";
const NODE_PACKAGE = `node-${process.platform}-${process.arch}`;
const NPM_FLAGS = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
const sources = `${ROOT}test/clients/table`;
const folder = `${ROOT}.bullpen/clients`;
const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));

setUp();
mkdirSync(folder, { recursive: true });
const all = [...pythonPrograms(), ...nodePrograms()];
const chosen = all.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const programs = chosen.filter(({ name, install }) => {
  const problem = install();
  if (problem) console.log(`Not run: ${name}: ${problem}.`);
  return !problem;
});
if (programs.length > 0) {
  const isWhole = programs.length === all.length;
  process.env.CLIENT_PROGRAMS = JSON.stringify({
    programs,
    isWhole,
    write: process.argv.includes("--write"),
  });
  await import(`${ROOT}test/dist/clients/table/clients-main.js`);
}

/** Each client for Python has an environment of its own: what one needs never holds another at an older release. */
function pythonPrograms() {
  return namesIn(`${sources}/python/requirements`, ".txt").map((name) => {
    const python = `${folder}/${name}/bin/python`;
    const requirements = `${sources}/python/requirements/${name}.txt`;
    const install = () => installPython(requirements, `${folder}/${name}`);
    return {
      name,
      command: python,
      args: [`${sources}/python/${name.replaceAll("-", "_")}_program.py`],
      install,
    };
  });
}

/** They run in the Node that their releases ask for, which may be newer than Bullpen's. */
function nodePrograms() {
  const isNew = Number(process.versions.node.split(".")[0]) >= NODE_FOR_CLIENTS;
  const command = isNew ? process.execPath : `${folder}/node/node_modules/${NODE_PACKAGE}/bin/node`;
  return ["node", "promptfoo"].flatMap((part) => {
    const path = `${sources}/${part}`;
    const install = () => (isNew ? undefined : installNode(command)) ?? installPackages(path);
    return namesIn(path, "-program.mjs").map((name) => {
      return { name: `node/${name}`, command, args: [`${path}/${name}-program.mjs`], install };
    });
  });
}

function namesIn(path, end) {
  const names = readdirSync(path).filter((name) => name.endsWith(end));
  return names.map((name) => basename(name, end)).sort();
}

/** Returns why it cannot be installed, if it cannot. */
function installPython(requirements, environment) {
  const installed = `${environment}/requirements.txt`;
  if (isSame(requirements, installed)) return undefined;
  const uv = `${folder}/uv/bin/uv`;
  console.log(`installing ${basename(requirements, ".txt")} for Python`);
  const problem =
    installUv(uv) ??
    attempt(uv, ["venv", "--quiet", "--clear", "--python", "python3", environment]) ??
    attempt(uv, ["pip", "sync", "--quiet", "--python", environment, requirements]);
  if (!problem) copyFileSync(requirements, installed);
  return problem;
}

/** uv installs all environments in less time than pip takes for one. Returns why it cannot be installed, if it cannot. */
function installUv(uv) {
  if (existsSync(uv)) return undefined;
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV];
  return attempt("python3", ["-m", "venv", `${folder}/uv`]) ?? attempt(`${folder}/uv/bin/python`, install);
}

/** Returns why it cannot be installed, if it cannot. */
function installPackages(path) {
  const lock = `${path}/package-lock.json`;
  const installed = `${path}/node_modules/.installed-lock.json`;
  if (isSame(lock, installed)) return undefined;
  console.log(`installing the packages of ${path}`);
  // What promptfoo has for other servers is optional, and takes 1.2 GB.
  const problem = attempt("npm", ["ci", "--omit=optional", ...NPM_FLAGS, "--prefix", path]);
  if (!problem) copyFileSync(lock, installed);
  return problem;
}

/** Returns why it cannot be installed, if it cannot. */
function installNode(command) {
  if (existsSync(command)) return undefined;
  const wanted = `${NODE_PACKAGE}@${NODE_VERSION}`;
  console.log(`installing ${wanted}`);
  return attempt("npm", ["install", ...NPM_FLAGS, "--prefix", `${folder}/node`, wanted]);
}

function isSame(a, b) {
  return existsSync(b) && readFileSync(a).equals(readFileSync(b));
}

/** Returns why a command failed, if it did, a phrase. */
function attempt(command, args) {
  const { status, error, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return undefined;
  return error?.message ?? stderr.trim().split("\n").at(-1);
}
