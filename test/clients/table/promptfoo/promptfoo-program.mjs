// promptfoo, by its command.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEMO_MODEL, DEMO_URL, runFeatures, SCRIPTED_URL, TOTAL } from "../node/features.mjs";

const COMMAND = join(import.meta.dirname, "node_modules/promptfoo/dist/src/entrypoint.js");
const getWeather = {
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: { town: { type: "string" } } } },
};
const schema = {
  type: "object",
  properties: { town: { type: "string" }, degrees: { type: "integer" } },
  required: ["town", "degrees"],
  additionalProperties: false,
};

function provider(model, apiBaseUrl, config = {}) {
  return { id: `openai:chat:${model}`, config: { apiBaseUrl, apiKey: "none", ...config } };
}

/** Runs `promptfoo eval`: every assertion has to hold. */
async function evaluate(config) {
  const folder = await mkdtemp(join(tmpdir(), "promptfoo-"));
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  const args = [
    "eval",
    "-c",
    "config.json",
    "-o",
    "result.json",
    "--no-cache",
    "--no-table",
    "--no-progress-bar",
  ];
  const env = { ...process.env, PROMPTFOO_CONFIG_DIR: folder };
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (said += bytes));
  const code = await new Promise((resolve) => child.once("close", resolve));
  assert.equal(code, 0, said);
  const { results } = JSON.parse(await readFile(join(folder, "result.json"), "utf8"));
  assert.deepEqual([results.stats.failures, results.stats.errors], [0, 0], said);
  assert.equal(results.stats.successes, config.tests.length);
}

await runFeatures(
  { client: "promptfoo", packages: ["promptfoo"], folder: import.meta.dirname },
  {
    "an evaluation, answered with Bullpen's own tools": () =>
      evaluate({
        prompts: ["What is {{a}} * {{b}}?"],
        providers: [provider(DEMO_MODEL, DEMO_URL)],
        tests: [
          { vars: { a: 127, b: 43 }, assert: [{ type: "contains", value: TOTAL }] },
          { vars: { a: 12, b: 12 }, assert: [{ type: "contains", value: "144" }] },
        ],
      }),
    "tools, with `is-valid-openai-tools-call`": () =>
      evaluate({
        prompts: ['Say «get_weather {"town": "Oslo"}»'],
        providers: [provider("scripted", SCRIPTED_URL, { tools: [getWeather] })],
        tests: [{ assert: [{ type: "is-valid-openai-tools-call" }] }],
      }),
    "`response_format` by JSON Schema, with `is-json`": () =>
      evaluate({
        prompts: ['Say «{"town": "Oslo", "degrees": -3}»'],
        providers: [
          provider("scripted", SCRIPTED_URL, {
            response_format: { type: "json_schema", json_schema: { name: "weather", strict: true, schema } },
          }),
        ],
        tests: [{ assert: [{ type: "is-json", value: schema }] }],
      }),
  },
);
