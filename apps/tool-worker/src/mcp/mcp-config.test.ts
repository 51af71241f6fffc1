import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { StartupError } from "@bullpen/runtime";
import { readMcpConfig } from "./mcp-config.js";

async function fileWith(t: TestContext, content: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-mcp-config-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "mcp.json");
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

test("servers are read in the form that clients share, with settings of our own", async (t) => {
  const path = await fileWith(t, {
    mcpServers: {
      files: { command: "npx", args: ["-y", "server"], cwd: "sub", alwaysAllow: ["x"] },
      web: { url: "https://mcp.example.org", bullpen: { timeoutSeconds: 5 } },
      old: { command: "x", disabled: true },
    },
  });
  const [files, web, ...more] = await readMcpConfig(path);
  assert.deepEqual(more, []);
  assert.ok(files && "command" in files && web && "url" in web);
  assert.equal(files.cwd, join(path, "..", "sub"));
  assert.deepEqual([files.env, files.bullpen.resultTokens], [{}, 1_000]);
  assert.equal(web.bullpen.timeoutSeconds, 5);
});

test("a bad file is refused by its name and field", async (t) => {
  const cases: [unknown, RegExp][] = [
    ["{", /cannot be read as JSON/],
    [{ servers: {} }, /mcpServers: /],
    [{ mcpServers: { "a.b": { command: "x" } } }, /mcpServers\.a\.b: .*letters, digits/],
    [{ mcpServers: { a: { args: [] } } }, /mcpServers\.a\.command: /],
    [{ mcpServers: { a: { url: "ftp://x" } } }, /mcpServers\.a\.url: /],
    [{ mcpServers: { a: { type: "sse", url: "http://x" } } }, /mcpServers\.a\.type: /],
    [
      { mcpServers: { a: { command: "x", bullpen: { concurrency: 0 } } } },
      /mcpServers\.a\.bullpen\.concurrency: /,
    ],
    [{ mcpServers: { a: { command: "x", bullpen: { timeout: 1 } } } }, /Unrecognized key: "timeout"/],
  ];
  for (const [content, message] of cases) {
    const path = await fileWith(t, content);
    await assert.rejects(readMcpConfig(path), (error) => {
      assert.ok(error instanceof StartupError && error.message.startsWith(`MCP_CONFIG: ${path}`));
      assert.match(error.message, message);
      return true;
    });
  }
  await assert.rejects(readMcpConfig("/nowhere/mcp.json"), /nowhere\/mcp\.json cannot be read/);
});
