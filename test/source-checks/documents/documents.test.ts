import assert from "node:assert/strict";
import { basename, matchesGlob } from "node:path/posix";
import { describe, test } from "node:test";
import { z } from "zod";
import { exists, filesOfTree, hasExtension, readSource } from "../tree.js";
import { ALLOWED } from "./allowed.js";
import { anchorOf, placesOf, type Reference, referencesOf } from "./references.js";

const FILES = filesOfTree();
/** The changelog tells of what once was. */
const DOCUMENTS = FILES.filter((path) => hasExtension(path, ["md"]) && path !== "CHANGELOG.md");
const NAMES = new Set(FILES.map((path) => basename(path)));
const SOURCES = FILES.filter(
  (path) =>
    hasExtension(path, ["ts", "mjs", "js", "py", "lua", "sh", "yml", "json", "conf", "cu"]) ||
    /Dockerfile$/.test(path),
).filter((path) => !/package-lock\.json$|^test\/source-checks\/documents\/|^models\/.*\.json$/.test(path));
const TEXT = SOURCES.map(readSource).join("\n");
const WORDS = new Set(TEXT.match(/[A-Za-z_]\w*/g));
/** Files of secrets, which `parseEnv` names; the list of settings is made from the schemas. */
const SECRET_FILES = new Set(
  [...readSource("docs/settings.md").matchAll(/^\| `(\w+)`, `(\1_FILE)` \|/gm)].map(([, , name]) => name),
);
const SCRIPTS = Object.keys(
  z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(readSource("package.json")))
    .scripts,
);

function isThere(document: string, { kind, name }: Reference): boolean {
  switch (kind) {
    case "script":
      return SCRIPTS.includes(name);
    case "symbol":
      return WORDS.has(name) || SECRET_FILES.has(name);
    case "file name":
      // Some are written at run time: the code names them.
      return (
        NAMES.has(name) || FILES.some((path) => matchesGlob(basename(path), name)) || TEXT.includes(name)
      );
    case "path":
      return placesOf(document, name).some(
        (path) => exists(path) || (path.includes("*") && FILES.some((file) => matchesGlob(file, path))),
      );
    case "link":
      return isLinkThere(document, name);
  }
}

function isLinkThere(document: string, link: string): boolean {
  const [path = "", fragment] = link.split("#");
  const target = path === "" ? document : (placesOf(document, path)[1] ?? "");
  if (!exists(target)) return false;
  if (fragment === undefined || !target.endsWith(".md")) return true;
  return [...readSource(target).matchAll(/^#+ (.*)$/gm)].some(
    ([, heading = ""]) => anchorOf(heading) === fragment,
  );
}

describe("what documents name exists", () => {
  const missing = DOCUMENTS.flatMap((document) =>
    referencesOf(readSource(document))
      .filter((reference) => !isThere(document, reference))
      .map((reference) => ({ document, ...reference })),
  );

  test("links, paths, symbols and scripts", () => {
    assert.ok(DOCUMENTS.length > 30, "they are collected");
    const allowed = new Set(ALLOWED.map(({ name }) => name));
    const findings = missing.filter(({ name }) => !allowed.has(name));
    const lines = findings.map(
      ({ document, line, kind, name }) => `${document}:${line}: there is no ${kind} ${name}`,
    );
    if (lines.length > 0) assert.fail(lines.join("\n"));
  });

  test("what is allowed to be missing is named somewhere, and is missing", () => {
    const names = new Set(missing.map(({ name }) => name));
    assert.deepEqual(
      ALLOWED.filter(({ name }) => !names.has(name)),
      [],
    );
  });
});

test("references are told from other text", () => {
  const text =
    "See [it](docs/a.md#b), `test/x.ts`, `x.ts`, `startFleet()`, `A_B`, `JSON`, `plain`, https://a.b\n```\nnpm run x\n```";
  assert.deepEqual(
    referencesOf(text).map(({ kind, name }) => `${kind} ${name}`),
    ["link docs/a.md#b", "path test/x.ts", "file name x.ts", "symbol startFleet", "symbol A_B", "script x"],
  );
});
