// Makes the published form of a library: its compiled modules and types, with those of our other packages that they
// import beside them, under relative paths. So it depends on nothing of ours that is not published.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { ROOT } from "../setup.mjs";
import { publishedFields } from "./manifests.mjs";

/** Specifiers in what the compiler writes: `from "x"`, `import "x"` and `import("x")`. */
const SPECIFIER = /(?<=\b(?:from |import |import\()")[^"]+(?=")/g;

/** @returns {object} the package.json that it has written. */
export function stageLibrary({ folder, manifest }, workspaces, target) {
  const outsiders = new Set();
  const seen = new Set();
  const pending = [...entriesOf(manifest)].map((entry) => join(folder, entry));
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const place = placeOf(path, folder);
    const text = readFileSync(path, "utf8").replace(SPECIFIER, (specifier) => {
      const found = resolveSpecifier(specifier, path, workspaces);
      if (found === undefined) {
        if (!specifier.startsWith("node:")) outsiders.add(packageOf(specifier));
        return specifier;
      }
      pending.push(found);
      if (specifier.startsWith(".")) return specifier;
      const to = relative(dirname(place), placeOf(found, folder)).split(sep).join("/");
      return (to.startsWith(".") ? to : `./${to}`).replace(/\.d\.ts$/, ".js");
    });
    write(join(target, place), text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"));
  }
  const published = {
    ...publishedFields(manifest),
    sideEffects: false,
    files: ["dist"],
    exports: manifest.exports,
    dependencies: versionsOf(outsiders, manifest, workspaces),
  };
  write(join(target, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
  copyFileSync(join(folder, "README.md"), join(target, "README.md"));
  copyFileSync(join(ROOT, "LICENSE"), join(target, "LICENSE"));
  return published;
}

function* entriesOf({ exports }) {
  for (const conditions of Object.values(exports)) yield* Object.values(conditions);
}

/** @returns the file that an import of ours means: of the same kind, module or types, as the file that imports it. */
function resolveSpecifier(specifier, from, workspaces) {
  const isTypes = from.endsWith(".d.ts");
  if (specifier.startsWith(".")) {
    const path = join(dirname(from), specifier);
    return isTypes ? path.replace(/\.js$/, ".d.ts") : path;
  }
  const workspace = workspaces.get(packageOf(specifier));
  if (workspace === undefined) return undefined;
  const { folder, manifest } = workspace;
  const conditions = manifest.exports[`.${specifier.slice(manifest.name.length)}`];
  return join(folder, isTypes ? conditions.types : conditions.default);
}

/** Where a file goes in the published package: the library's own stay, others go to `dist/internal/<package>`. */
function placeOf(path, folder) {
  if (path.startsWith(folder + sep)) return relative(folder, path);
  const [, name, ...rest] = relative(ROOT, path).split(sep);
  return join("dist", "internal", name, ...rest.slice(1));
}

function packageOf(specifier) {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The versions of packages from outside, as those of our packages that import them have them. */
function versionsOf(names, manifest, workspaces) {
  const manifests = [manifest, ...[...workspaces.values()].map((workspace) => workspace.manifest)];
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const version = manifests.map(({ dependencies = {} }) => dependencies[name]).find(Boolean);
      if (version === undefined)
        throw new Error(`${manifest.name} imports ${name}, which no package depends on.`);
      return [name, version];
    }),
  );
}

function write(path, text) {
  if (existsSync(path)) throw new Error(`${path} would be written twice.`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
