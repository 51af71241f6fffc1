import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { queueOfTool } from "@bullpen/contracts";
import { createLogger, StartupError } from "@bullpen/runtime";
import { SchemaChecker } from "../../input/schema-checker.js";
import type { ServedTool } from "../../serving/served-tool.js";
import { loadCustomTools } from "./load-custom-tools.js";

const EXAMPLES = fileURLToPath(new URL("../../../../../examples/tools", import.meta.url));
const signal = new AbortController().signal;

/** The tools of a folder, in processes that end with the test. */
async function load(t: TestContext, folder: string, allowed: readonly string[] = []): Promise<ServedTool[]> {
  const logger = createLogger("tool-worker", "silent");
  const checker = new SchemaChecker({ logger });
  t.after(() => checker.close());
  const tools = await loadCustomTools({ folder, allowed, checker, logger, heapMiB: 128 });
  t.after(() => Promise.all(tools.map((tool) => tool.close())));
  return tools;
}

async function folderWith(t: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-tools-"));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

/** A module that exports `fields` over those of a tool that is right. */
function moduleWith(fields: string): string {
  return `export default { name: "Echo", description: "says it again", example: "x", run: (text) => text, ${fields} };`;
}

test("the fetch of a tool reaches no private address that is not allowed", async (t) => {
  const server = createServer((request, response) => {
    if (request.url === "/away")
      return void response.writeHead(302, { location: "http://[::1]:8081/" }).end();
    response.end("page");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  // A cast: a server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  const run = "run: async (url, { fetch }) => (await fetch(url)).text()";
  const folder = await folderWith(t, { "a.mjs": moduleWith(run) });
  const [strict] = await load(t, folder);
  const [lenient] = await load(t, folder, ["127.0.0.1/32"]);
  const observe = async (tool: ServedTool | undefined, url: string) =>
    (await tool?.run(url, signal))?.observation;
  for (const host of ["127.0.0.1", "localhost", "2130706433"])
    assert.match(
      (await observe(strict, `http://${host}:${port}/`)) ?? "",
      /^Error: .*is not a public address/,
    );
  assert.equal(await observe(lenient, `http://127.0.0.1:${port}/`), "page");
  assert.match(
    (await observe(lenient, `http://127.0.0.1:${port}/away`)) ?? "",
    /::1 is not a public address/,
  );
});

test("the example converts lengths", async (t) => {
  const [tool] = await load(t, EXAMPLES);
  assert.ok(tool);
  assert.equal(tool.definition.queue, queueOfTool("Convert Length"));
  const observe = async (input: Record<string, unknown>) => (await tool.run(input, signal)).observation;
  assert.equal(await observe({ value: 330, from: "m", to: "ft" }), "330 m = 1082.677165 ft");
  assert.equal(await observe({ value: -1, from: "m", to: "ft" }), "Error: a length cannot be negative.");
  assert.match(
    await observe({ value: 1, from: "m", to: "parsec" }),
    /does not fit the schema of Convert Length: input\/to must be equal to one of the allowed values/,
  );
});

test("modules in TypeScript and JavaScript are loaded with their imports; other files are not", async (t) => {
  const folder = await folderWith(t, {
    "a.ts": `import { mark } from "./_mark.ts"; import type { Nothing } from "nowhere";
      const name: string = "Typed";
      export default { name, description: "d", example: "x", run: (text: string) => text + mark };`,
    "_mark.ts": "export const mark = '!' as const;",
    "b.mjs": moduleWith(""),
    "a.test.ts": "throw new Error('a test')",
    "notes.md": "no tool",
  });
  const tools = await load(t, folder);
  assert.deepEqual(
    tools.map((tool) => tool.definition.name),
    ["Typed", "Echo"],
  );
  assert.equal((await tools[0]?.run("hello", signal))?.observation, "hello!");
  assert.equal((await tools[1]?.run({}, signal))?.is_error, true, "it takes a text");
});

test("a tool outside the repository finds the SDK: its own copy, or else Bullpen's", async (t) => {
  const source = `import { defineTool } from "@bullpen/tool-sdk";
    export default defineTool({
      name: "Repeat",
      description: "use it to repeat a text.",
      inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
      run: ({ text }) => text + (defineTool.mark ?? ""),
    });`;
  const folder = await folderWith(t, { "repeat.ts": source });
  const [tool] = await load(t, folder);
  assert.equal((await tool?.run({ text: "again" }, signal))?.observation, "again");

  const sdk = join(folder, "node_modules/@bullpen/tool-sdk");
  await mkdir(sdk, { recursive: true });
  await writeFile(join(sdk, "package.json"), '{ "type": "module", "exports": "./own.js" }');
  await writeFile(
    join(sdk, "own.js"),
    "export const defineTool = (tool) => tool; defineTool.mark = ', by its own copy';",
  );
  const [own] = await load(t, folder);
  assert.equal((await own?.run({ text: "again" }, signal))?.observation, "again, by its own copy");
});

test("a bad module stops the start with a message that names its file and field", async (t) => {
  const cases: [string, RegExp][] = [
    ["export default {", /it cannot be loaded: /],
    ["import './nowhere.js'", /it cannot be loaded: .*nowhere/],
    ["throw null;", /it cannot be loaded: null/],
    [moduleWith("inputSchema: { type: 'object', const: 1n }, example: {}"), /written as JSON \(.*BigInt/],
    ["process.exit(3)", /it cannot be loaded: its process ended \(exit code 3\)/],
    ["enum A { B }", /it cannot be loaded: .*enum/i],
    ["export const tool = {};", /it has no default export/],
    [moduleWith("name: 'a/b'"), /name: use up to 64 letters/],
    [moduleWith("name: 'search'"), /name: search is taken by Bullpen itself/],
    [moduleWith("description: ' '"), /description: must not be empty/],
    [moduleWith("timeoutSeconds: 0"), /timeoutSeconds: must be a number from 1 to 3600/],
    [moduleWith("rateLimit: { calls: 1 }"), /rateLimit\.perSeconds: must be a number greater than 0/],
    [moduleWith("crashPolicy: 'never'"), /crashPolicy: /],
    [moduleWith("repeatable: 'often'"), /repeatable: must be true or false/],
    [moduleWith("run: 1"), /run: must be a function/],
    [moduleWith("example: undefined"), /example: must be a text/],
    [moduleWith("inputSchema: { type: 'object' }"), /example: must be an object/],
    [moduleWith("inputSchema: { type: 'thing' }, example: {}"), /inputSchema: /],
    [moduleWith("retries: 3"), /Unrecognized key: "retries"/],
  ];
  const refuse = async ([source, message]: (typeof cases)[number]) => {
    const name = source.startsWith("enum") ? "tool.ts" : "tool.mjs";
    const folder = await folderWith(t, { [name]: source });
    await assert.rejects(load(t, folder), (error) => {
      assert.ok(error instanceof StartupError, String(error));
      assert.ok(error.message.startsWith(`TOOLS_FOLDER: ${join(folder, name)} is not a tool: `));
      assert.match(error.message, message);
      return true;
    });
  };
  await Promise.all(cases.map(refuse));
  const twice = await folderWith(t, {
    "a.mjs": moduleWith("name: 'Say it'"),
    "b.mjs": moduleWith("name: 'SAY IT'"),
  });
  await assert.rejects(load(t, twice), /b\.mjs is not a tool: name: SAY IT is taken by .*a\.mjs/);
  await assert.rejects(load(t, "/nowhere"), /TOOLS_FOLDER: \/nowhere cannot be read/);
});

test("results are cut, objects become JSON, and a tool that takes too long is abandoned", async (t) => {
  const folder = await folderWith(t, {
    "a.mjs": moduleWith("name: 'Long', resultTokens: 16, run: () => 'word '.repeat(99)"),
    "b.mjs": moduleWith("name: 'Object', run: async () => ({ a: [1] })"),
    "c.mjs": moduleWith("name: 'Nothing', run: () => undefined"),
    "d.mjs": moduleWith("name: 'Stuck', timeoutSeconds: 1, run: () => new Promise(() => {})"),
  });
  const [long, object, nothing, stuck] = await load(t, folder);
  assert.match((await long?.run("x", signal))?.observation ?? "", /^(word ){11}word…$/);
  assert.equal((await object?.run("x", signal))?.observation, '{"a":[1]}');
  assert.equal((await nothing?.run("x", signal))?.observation, "The tool gave no output.");
  assert.deepEqual(await stuck?.run("x", signal), {
    observation: "Error: no result within 1 seconds.",
    is_error: true,
  });
  const reason = new Error("cancelled");
  await assert.rejects(stuck?.run("x", AbortSignal.abort(reason)) ?? Promise.resolve(), reason);
});
