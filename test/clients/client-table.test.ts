import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../testing/run-app.js";
import { faultOf, withTable } from "./table/client-table.js";
import type { ClientResult } from "./table/run-program.js";

const TABLE = join(ROOT, "test/clients/table");

test("the table of clients shows the versions that are installed, and a client for each program", async () => {
  const rows = (await readFile(join(ROOT, "docs/clients.md"), "utf8")).match(/^\| (?!Client|---).*/gm) ?? [];
  const shown = rows.flatMap((row) => [...(row.split(" | ")[1] ?? "").matchAll(/`(.+?)` ([^,\s]+)/g)]);
  const pinned = await pinnedVersions();
  assert.ok(shown.length > 0);
  for (const [, name = "", version] of shown)
    assert.ok(pinned.get(name)?.has(version ?? ""), `${name} ${version} is not what is installed`);
  const files = [...(await readdir(join(TABLE, "node"))), ...(await readdir(join(TABLE, "promptfoo")))];
  const programs = files.filter((name) => name.endsWith("-program.mjs")).length;
  const environments = (await readdir(join(TABLE, "python/requirements"))).length;
  assert.equal(new Set(rows.map((row) => row.split(" | ")[0])).size, programs + environments);
});

/** Versions by package of all that clients are installed from. */
async function pinnedVersions(): Promise<Map<string, Set<string>>> {
  const versions = new Map<string, Set<string>>();
  const note = (name: string, version: string) =>
    versions.set(name, new Set([...(versions.get(name) ?? []), version]));
  for (const file of await readdir(join(TABLE, "python/requirements"))) {
    const text = await readFile(join(TABLE, "python/requirements", file), "utf8");
    for (const [, name = "", version = ""] of text.matchAll(/^([\w.-]+)==(\S+)/gm)) note(name, version);
  }
  for (const folder of ["node", "promptfoo"]) {
    const text = await readFile(join(TABLE, folder, "package.json"), "utf8");
    const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(text);
    for (const [name, version] of Object.entries(dependencies)) note(name, version);
  }
  return versions;
}

const DOCUMENT = [
  ...["# Clients", "", "| Client | Version | Feature | With Bullpen |", "| --- | --- | --- | --- |"],
  ...["| B | `b` 1 | chat | works |", "| C | `c` 1 | chat | works |", "", "The end."],
].join("\n");

function result(client: string, because: string | null = null, error: string | null = null): ClientResult {
  return { client, packages: { a: "2", b: "3" }, features: [{ feature: "chat", because, error }] };
}

test("rows of clients that ran take the place of theirs, sorted; others stay or go", () => {
  const rows = (keepOthers: boolean) =>
    withTable(DOCUMENT, [result("B"), result("A", "It needs more.")], keepOthers)
      .split("\n")
      .slice(4, -2);
  const ran = ["| A | `a` 2, `b` 3 | chat | It needs more. |", "| B | `a` 2, `b` 3 | chat | works |"];
  assert.deepEqual(rows(true), [...ran, "| C | `c` 1 | chat | works |"]);
  assert.deepEqual(rows(false), ran);
});

test("a feature that fails is a fault, and so is one that works against its reason", () => {
  const fault = (...given: Parameters<typeof result>) => {
    const client = result(...given);
    return client.features.map((feature) => faultOf(client, feature))[0];
  };
  assert.equal(fault("A"), undefined);
  assert.equal(fault("A", null, "broken"), "A: chat fails:\nbroken");
  assert.equal(fault("A", "It cannot.", "broken"), undefined);
  assert.equal(fault("A", "It cannot."), "A: chat works. Remove its reason: It cannot.");
});
