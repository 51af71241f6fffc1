import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Stack } from "@bullpen/cli/stack/start-stack";
import { BullpenClient } from "@bullpen/client";
import { ModelServer } from "../testing/model-server.js";
import { SERVED } from "../testing/model-server-flavours.js";
import { ROOT } from "../testing/run-app.js";
import { runSession } from "../testing/session.js";
import { startTestStack } from "../testing/stack.js";
import { until } from "../testing/until.js";
import { answerAsInstructModel } from "./instruct-script.js";
import { startWeb } from "./web.js";

/** As an MCP configuration names a variable. */
const SHOP_DB = ["$", "{SHOP_DB}"].join("");
const COOKBOOK = join(ROOT, "cookbook");

/** Recipes whose pages say that the demo model can do them. */
const ON_THE_DEMO_MODEL = ["enrich-csv", "evaluate-first", "grade-answers"];
const ON_AN_INSTRUCT_MODEL = ["ask-database", "extract-records", "own-tools", "synthetic-data"];

/** A copy of the cookbook, beside this checkout's packages. */
let copy: string;
before(() => {
  copy = mkdtempSync(join(tmpdir(), "bullpen-cookbook-"));
  cpSync(COOKBOOK, copy, { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
});
after(() => rmSync(copy, { recursive: true, force: true }));

test("the cookbook's page names every recipe", () => {
  const recipes = readdirSync(COOKBOOK, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = recipes.map(({ name }) => name).sort();
  assert.deepEqual(names, [...ON_THE_DEMO_MODEL, ...ON_AN_INSTRUCT_MODEL].sort());
  const page = readFileSync(join(COOKBOOK, "README.md"), "utf8");
  for (const name of names) assert.ok(page.includes(`(${name})`), name);
});

function recipes(
  names: readonly string[],
  start: () => Promise<{ stack: Stack; stop(): Promise<void> }>,
): void {
  let running: Awaited<ReturnType<typeof start>>;
  before(async () => {
    running = await start();
  });
  after(() => running?.stop());
  for (const name of names) {
    test(name, async () => {
      const folder = join(copy, name);
      const page = readFileSync(join(folder, "README.md"), "utf8");
      if (name === "ask-database") await untilThereIs(running.stack, "shop.read_query");
      const commands = await runSession(page, { folder, env: { BULLPEN_URL: running.stack.apiUrl } });
      assert.ok(commands > 0, "a recipe without a command");
    });
  }
}

describe("recipes on the demo model, with a web of our own", () => {
  recipes(ON_THE_DEMO_MODEL, async () => {
    const web = await startWeb();
    const stack = await startTestStack({ SEARCH_PROVIDER: "searxng", SEARXNG_URL: web.url });
    return {
      stack,
      stop: async () => {
        await stack.stop();
        await web.stop();
      },
    };
  });
});

describe("recipes on an instruct model, whose words are a script's", () => {
  recipes(ON_AN_INSTRUCT_MODEL, async () => {
    const server = new ModelServer("vllm", answerAsInstructModel);
    const baseUrl = await server.start();
    const stack = await startTestStack({
      LLM_BASE_URL: baseUrl,
      LLM_MODEL: SERVED,
      MODEL_NAME: "instruct",
      SLOTS: "4",
      MCP_CONFIG: databaseConfig(),
    });
    return {
      stack,
      stop: async () => {
        await stack.stop();
        await server.stop();
      },
    };
  });
});

/** An MCP server starts beside the stack. */
async function untilThereIs({ apiUrl }: Stack, tool: string): Promise<void> {
  const client = new BullpenClient({ url: apiUrl });
  await until(
    `${tool} is announced`,
    async () => (await client.tools.list()).some(({ id }) => id === tool),
    120_000,
  );
}

/** The recipe's own file, with the server of the virtual environment in place of uvx. */
function databaseConfig(): string {
  const folder = join(copy, "ask-database");
  const database = join(folder, "shop.db");
  const make = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2]).read())";
  const { status, stderr } = spawnSync("python3", ["-c", make, database, join(folder, "shop.sql")]);
  assert.equal(status, 0, String(stderr));
  const text = readFileSync(join(folder, "mcp.json"), "utf8")
    .replace('"uvx"', JSON.stringify(join(process.env.MCP_SERVER_SQLITE ?? "", "mcp-server-sqlite")))
    .replace('"--with", "mcp<2", "mcp-server-sqlite", ', "")
    .replace(SHOP_DB, database);
  const config = join(folder, "tested-mcp.json");
  writeFileSync(config, text);
  return config;
}
