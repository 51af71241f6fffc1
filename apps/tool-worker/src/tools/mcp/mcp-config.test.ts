import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { StartupError } from "@bullpen/runtime";
import { type McpServerSettings, readMcpConfig } from "./mcp-config.js";

const ENVIRONMENT = { HOME: "/home/bob", MY_TOKEN: "t0ken", EMPTY: "" };

async function fileWith(t: TestContext, content: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-mcp-config-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "mcp.json");
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

async function read(path: string, warnings: string[] = []): Promise<McpServerSettings[]> {
  return readMcpConfig({ path, environment: ENVIRONMENT, onWarning: (text) => warnings.push(text) });
}

test("servers are read in the form that clients share, with Bullpen's own settings", async (t) => {
  const path = await fileWith(t, {
    mcpServers: {
      files: { command: "npx", args: ["-y", "server"], cwd: "sub", alwaysAllow: ["x"] },
      web: { url: "https://mcp.example.org", bullpen: { timeoutSeconds: 5 } },
      old: { command: `\${UNSET}`, disabled: true },
    },
  });
  const [files, web, ...more] = await read(path);
  assert.deepEqual(more, []);
  assert.ok(files && "command" in files && web && "url" in web);
  assert.equal(files.cwd, join(path, "..", "sub"));
  assert.deepEqual([files.env, files.bullpen.resultTokens], [{}, 1_000]);
  assert.equal(web.bullpen.timeoutSeconds, 5);
});

test("files of other clients are accepted: a byte order mark, comments, VS Code's form", async (t) => {
  const names = async (content: string) => (await read(await fileWith(t, content))).map(({ name }) => name);
  assert.deepEqual(await names('\ufeff{"mcpServers": {"a": {"command": "true"}}}'), ["a"]);
  const commented = '{\r\n // mine\r\n "mcpServers": {"a": {"command": "true", /* no */ "args": [],},},\r\n}';
  assert.deepEqual(await names(commented), ["a"]);
  const vsCode = '{"inputs": [], "servers": {"b": {"type": "stdio", "command": "true"}}}';
  assert.deepEqual(await names(vsCode), ["b"]);
});

test("a server's name becomes one that the names of its tools can begin with", async (t) => {
  const warnings: string[] = [];
  const mcpServers = { "Sequential Thinking": { command: "true" }, "@org/files.v2": { command: "true" } };
  const servers = await read(await fileWith(t, { mcpServers }), warnings);
  assert.deepEqual(
    servers.map(({ name }) => name),
    ["Sequential-Thinking", "org-files-v2"],
  );
  assert.match(warnings[0] ?? "", /"Sequential Thinking" is called "Sequential-Thinking"/);
});

test("environment variables are inserted at any depth", async (t) => {
  const mcpServers = {
    a: {
      command: "node",
      args: [
        `\${HOME}/x.json`,
        `\${env:MY_TOKEN}\${MY_TOKEN}`,
        `\${EMPTY:-none}`,
        `\${UNSET:-}`,
        `$HOME \${1} \${`,
      ],
      env: { TOKEN: `Bearer \${MY_TOKEN}` },
    },
    b: { url: `https://x.org/\${MY_TOKEN}`, headers: { authorization: `Bearer \${env:MY_TOKEN}` } },
  };
  const [a, b] = await read(await fileWith(t, { mcpServers }));
  assert.ok(a && "command" in a && b && "url" in b);
  assert.deepEqual(a.args, ["/home/bob/x.json", "t0kent0ken", "none", "", `$HOME \${1} \${`]);
  assert.deepEqual(a.env, { TOKEN: "Bearer t0ken" });
  assert.equal(b.url, "https://x.org/t0ken");
  assert.equal(b.headers.authorization, "Bearer t0ken");
});

test("the value of a variable may be in a file", async (t) => {
  const secret = await fileWith(t, "fr0m-file\n");
  const environment = { MY_TOKEN_FILE: secret, BOTH: "x", BOTH_FILE: secret, GONE_FILE: "/nowhere/token" };
  const servers = (text: string) => ({ mcpServers: { a: { command: "true", env: { TOKEN: text } } } });
  const readWith = async (text: string) =>
    readMcpConfig({ path: await fileWith(t, servers(text)), environment, onWarning: () => {} });
  const [a] = await readWith(`\${MY_TOKEN}`);
  assert.ok(a && "env" in a);
  assert.deepEqual(a.env, { TOKEN: "fr0m-file" });
  await assert.rejects(readWith(`\${BOTH}`), /a\.env\.TOKEN: BOTH_FILE: is set, and BOTH is set too/);
  await assert.rejects(readWith(`\${GONE:-x}`), /GONE_FILE=\/nowhere\/token: there is no such file/);
});

test("credentials in a URL become a header, unless there is one", async (t) => {
  const url = "http://bob:s3%40cret@127.0.0.1:1/mcp";
  const mcpServers = { a: { url }, b: { url, headers: { Authorization: "Bearer x" } } };
  const [a, b] = await read(await fileWith(t, { mcpServers }));
  assert.ok(a && "url" in a && b && "url" in b);
  assert.deepEqual([a.url, b.url], ["http://127.0.0.1:1/mcp", "http://127.0.0.1:1/mcp"]);
  assert.deepEqual(a.headers, { authorization: `Basic ${btoa("bob:s3@cret")}` });
  assert.deepEqual(b.headers, { Authorization: "Bearer x" });
});

test("a program whose path has a space in it is one, and a command line is not", async (t) => {
  const path = await fileWith(t, { mcpServers: { a: { command: "./my server/run" } } });
  await mkdir(join(path, "..", "my server"));
  await writeFile(join(path, "..", "my server", "run"), "");
  assert.equal((await read(path)).length, 1);
  await rm(join(path, "..", "my server"), { recursive: true });
  await assert.rejects(read(path), /mcpServers\.a\.command: is a whole command line/);
});

test("a bad file is refused by its name and field", async (t) => {
  const cases: [unknown, RegExp][] = [
    ["{", /cannot be read as JSON \(line 1, column 2: /],
    ['{\n "mcpServers": {"a": {"command": "true"} "b": {}}\n}', /\(line 2, column \d+: comma expected\)/],
    ["", /cannot be read as JSON/],
    [{}, /mcpServers: must be an object with a server under each name/],
    [{ mcpServers: [] }, /mcpServers: /],
    [{ mcpServers: { 高德: { command: "x" } } }, /mcpServers\.高德: .*letters, digits/],
    [
      { mcpServers: { "a b": { command: "x" }, "a-b": { command: "x" } } },
      /a-b, which is taken by mcpServers\.a b/,
    ],
    [{ mcpServers: { a: { args: [] } } }, /mcpServers\.a\.command: must be a program/],
    [
      { mcpServers: { a: { command: "npx -y server", args: ["x"] } } },
      /"command":"npx","args":\["-y","server","x"\]/,
    ],
    [{ mcpServers: { a: { url: "ftp://x" } } }, /mcpServers\.a\.url: must be an http or https URL/],
    [{ mcpServers: { a: { type: "sse", url: "http://x" } } }, /mcpServers\.a\.type: must be "http"/],
    [
      { mcpServers: { a: { command: "x", env: { T: `\${UNSET}` } } } },
      /mcpServers\.a\.env\.T: UNSET is not set/,
    ],
    [
      { servers: { a: { command: "x", args: [`\${input:key}`] } } },
      /servers\.a\.args\.0: must not ask the user \(\$\{input:key\}\)/,
    ],
    [
      { mcpServers: { a: { command: "x", bullpen: { concurrency: 0 } } } },
      /mcpServers\.a\.bullpen\.concurrency: must be a whole number from 1 to 256/,
    ],
    [{ mcpServers: { a: { command: "x", bullpen: { timeout: 1 } } } }, /Unrecognized key: "timeout"/],
  ];
  for (const [content, message] of cases) {
    const path = await fileWith(t, content);
    await assert.rejects(read(path), (error) => {
      assert.ok(error instanceof StartupError && error.message.startsWith(`MCP_CONFIG: ${path}`));
      assert.match(error.message, message);
      return true;
    });
  }
  await assert.rejects(read("/nowhere/mcp.json"), /nowhere\/mcp\.json cannot be read/);
});
