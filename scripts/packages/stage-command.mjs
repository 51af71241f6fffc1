// Makes the published form of the `bullpen` command: one package that brings all processes, the packages of ours that
// they are made of (npm's bundled dependencies), the demo model and the examples.
import { copyFileSync, cpSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ROOT } from "../setup.mjs";
import { PROCESSES, publishedFields } from "./manifests.mjs";

/** What nobody needs who does not compile or test our code. */
const LEFT_OUT = /\.(?:d\.ts|map|test\.js|tsbuildinfo)$/;

/** Folders of a package that run. */
const CONTENTS = ["bin", "dist", "python"];

/** @returns {object} the package.json that it has written. */
export function stageCommand({ folder, manifest }, workspaces, target) {
  const bundled = withDependencies([...Object.keys(manifest.dependencies), ...PROCESSES], workspaces);
  copyContents(folder, target);
  for (const name of bundled) stageBundled(workspaces.get(name), join(target, "node_modules", name));
  copyModels(join(target, "node_modules/@bullpen/llm/models"));
  for (const name of ["queries.jsonl", "questions.csv", "batch.jsonl", "documents", "tools"])
    cpSync(join(ROOT, "examples", name), join(target, "examples", name), { recursive: true });
  const manifests = [manifest, ...bundled.map((name) => workspaces.get(name).manifest)];
  const published = {
    ...publishedFields({ ...manifest, name: "bullpen", description: descriptionOf() }),
    bin: manifest.bin,
    files: ["bin", "dist", "examples"],
    dependencies: { ...outsidersOf(manifests), ...ownVersions(bundled, workspaces) },
    bundleDependencies: bundled,
  };
  writeJson(join(target, "package.json"), published);
  copyFileSync(join(folder, "README.md"), join(target, "README.md"));
  copyFileSync(join(ROOT, "LICENSE"), join(target, "LICENSE"));
  return published;
}

/** The packages of ours among `names`, with all of ours that they depend on. */
function withDependencies(names, workspaces) {
  const found = new Set();
  const add = (name) => {
    const workspace = workspaces.get(name);
    if (workspace === undefined || found.has(name)) return;
    found.add(name);
    for (const dependency of Object.keys(workspace.manifest.dependencies ?? {})) add(dependency);
  };
  for (const name of names) add(name);
  return [...found].sort();
}

/** Without dependencies: those that are bundled lie beside it, and the others belong to the whole. */
function stageBundled({ folder, manifest }, target) {
  copyContents(folder, target);
  const { name, version, license, type, exports, imports } = manifest;
  writeJson(join(target, "package.json"), { name, version, license, type, exports, imports });
}

function copyContents(folder, target) {
  cpSync(folder, target, {
    recursive: true,
    filter: (path) => {
      const [first] = path.slice(folder.length + 1).split("/");
      return first === "" || (CONTENTS.includes(first) && !LEFT_OUT.test(basename(path)));
    },
  });
}

/** The demo model itself; the recipe that made it stays in the repository. */
function copyModels(target) {
  for (const path of ["catalogue.json", "demo/bullpen-demo.gguf"])
    cpSync(join(ROOT, "models", path), join(target, path));
}

/** Packages from outside, each in the one version that all of ours name. */
function outsidersOf(manifests) {
  const versions = new Map();
  for (const { name, dependencies = {} } of manifests) {
    for (const [dependency, version] of Object.entries(dependencies)) {
      if (dependency.startsWith("@bullpen/")) continue;
      const other = versions.get(dependency);
      if (other !== undefined && other !== version)
        throw new Error(`${name} depends on ${dependency} ${version}, another package on ${other}.`);
      versions.set(dependency, version);
    }
  }
  return Object.fromEntries([...versions].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function ownVersions(names, workspaces) {
  return Object.fromEntries(names.map((name) => [name, workspaces.get(name).manifest.version]));
}

function descriptionOf() {
  return "Answers questions in bulk with open-weight models that use tools.";
}

function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
