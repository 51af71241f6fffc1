import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ROOT } from "../../testing/run-app.js";
import { REQUIREMENTS } from "./requirements.js";

/** Sources of tests by their path from the repository's root; this one cites nothing. */
const sources = new Map(
  ["test", "packages", "apps"]
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map(
        (name) => `${folder}/${name}`,
      ),
    )
    .filter((path) => path.endsWith(".test.ts") && !/node_modules|\/dist\/|requirements\.test/.test(path))
    .map((path) => [path, readFileSync(join(ROOT, path), "utf8")]),
);

/** Ids that tests cite through `verifies(["id", …], …)`. */
const citedInTests = new Set(
  [...sources.values()].flatMap((source) =>
    [...source.matchAll(/verifies\(\s*\[([^\]]*)\]/g)].flatMap((call) =>
      [...(call[1] ?? "").matchAll(/"([^"]+)"/g)].flatMap((id) => id[1] ?? []),
    ),
  ),
);

describe("every promise is verified by a test, or says why not yet", () => {
  for (const [id, { later, tests = [] }] of Object.entries(REQUIREMENTS)) {
    test(id, () => {
      const isCited = citedInTests.has(id) || tests.length > 0;
      if (later === undefined) assert.ok(isCited, `no test cites ${id}`);
      else assert.ok(!isCited, `${id} is cited: it is no longer for later`);
      for (const cited of tests) {
        const [path = "", title = ""] = cited.split(/: (.*)/s);
        const source = sources.get(path);
        assert.ok(source, `${id} cites ${path}, which is not there`);
        assert.ok(
          ['"', "'", "`"].some((quote) => source.includes(quote + title)),
          `${id} cites "${title}", which no test of ${path} is called`,
        );
      }
    });
  }
});

test("no test cites a promise that is not in the manifest", () => {
  const unknown = [...citedInTests].filter((id) => !(id in REQUIREMENTS));
  assert.deepEqual(unknown, []);
});
