import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ToolInput } from "@bullpen/contracts";
import { type ListedTool, McpServer, SchemaChecker, toServedTool } from "@bullpen/tool-worker";
import { verifies } from "../source-checks/requirements/requirements.js";
import { listedMcpServer } from "../testing/listed-mcp-server.js";
import { collectLogs, type LogLine } from "../testing/log-lines.js";
import { type Oddity, oddMcpServer } from "../testing/odd-mcp-server.js";
import { until } from "../testing/until.js";

const signal = new AbortController().signal;

interface Started {
  readonly lines: LogLine[];
  /** How often its tools were told. */
  told(): number;
  /** The observation of a call. */
  ask(tool: string, input?: ToolInput): Promise<string>;
  /** Ends the server before the test does. */
  stop(): Promise<void>;
}

/** An MCP server with its client, as a tool-worker has it, until the test ends. */
async function start(
  t: TestContext,
  config: { command: string; args: string[] },
  timeoutSeconds = 30,
): Promise<Started> {
  const { logger, lines } = collectLogs();
  const checker = new SchemaChecker({ logger });
  const bullpen = { resultTokens: 50, timeoutSeconds, perTool: {} };
  const settings = { ...config, env: {}, disabled: false, name: "odd", bullpen };
  let told = 0;
  let tools: readonly ListedTool[] = [];
  const onTools = (now: readonly ListedTool[]) => {
    told++;
    tools = now;
  };
  const server = new McpServer({ settings, logger, heapMiB: 128, onTools });
  const stop = async () => void (await Promise.all([server.stop(), checker.close()]));
  t.after(stop);
  await server.start();
  return {
    lines,
    stop,
    told: () => told,
    ask: async (name, input = {}) => {
      const tool = tools.find((listed) => listed.name === name) ?? {
        name,
        inputSchema: {},
        isSafeToRerun: false,
      };
      return (await toServedTool(tool, server, settings, checker).run(input, signal)).observation;
    },
  };
}

describe("MCP servers as they are", { concurrency: 4 }, () => {
  test("of a result each part is read by itself, and what fails is cut like what does not", async (t) => {
    const output = {
      type: "object",
      properties: { s: { type: "string", pattern: "^(a+)+$" } },
      required: ["s"],
    };
    const text = { type: "text", text: "but also text" };
    const cases: [Record<string, unknown>, RegExp][] = [
      [{ reply: { content: [{ type: "hologram", data: "x" }, text] } }, /^\[hologram\]\nbut also text$/],
      [{ reply: { content: [null, 7, { text: "x" }, text] } }, /\nbut also text$/],
      [{ reply: { content: [{ type: "text", text: null }, text] } }, /^but also text$/],
      [
        { reply: { content: [{ type: "resource", resource: null }, text] } },
        /^\[resource .*\]\nbut also text$/,
      ],
      [{ reply: { content: "plain" } }, /^plain$/],
      [{ reply: { content: null, structuredContent: { a: 1 } } }, /^\{"a":1\}$/],
      [{ reply: {} }, /^The tool gave no output\.$/],
      [{ reply: { content: [], isError: "yes" } }, /^The tool gave no output\.$/],
      [
        { reply: { content: [{ type: "text", text: "no ".repeat(2_000) }], isError: true } },
        /^Error: (no )+no…$/,
      ],
      [{ error: { code: -32_000, message: "E".repeat(40_000) } }, /^Error: E+…$/],
      [
        { error: { code: -32_000, message: "upstream said no ".repeat(2_000) } },
        /^Error: (upstream said no ?)+…$/,
      ],
      [{ outputSchema: output, reply: { content: [text] } }, /^Error: .*output schema/],
      [
        { outputSchema: output, reply: { content: [text], structuredContent: { s: "b" } } },
        /^Error: the MCP server odd gave a result that does not fit its own schema \(.*must match pattern/,
      ],
      [
        {
          outputSchema: { ...output, properties: { s: { $ref: "#/$defs/missing" } } },
          reply: { content: [text], structuredContent: { s: "b" } },
        },
        /^but also text$/,
      ],
      [
        { outputSchema: output, reply: { content: [text], structuredContent: { s: `${"a".repeat(60)}!` } } },
        /^Error: .* does not fit its own schema \(it could not be checked in time/,
      ],
    ];
    const tools = cases.map(([fields], i) => ({ name: `t${i}`, ...fields }));
    const { ask } = await start(t, listedMcpServer(tools));
    await Promise.all(
      cases.map(async ([fields, expected], i) => {
        const observation = await ask(`t${i}`);
        assert.match(observation, expected, JSON.stringify(fields).slice(0, 200));
        assert.ok(observation.length <= 4 * 50 + 1, `${observation.length} characters`);
      }),
    );
  });

  test("an input that cannot be checked in time, and one with many faults, cost their own call", async (t) => {
    const names = Array.from({ length: 400 }, (_, i) => `property_${i}`);
    const pattern = { type: "object", properties: { a: { type: "string", pattern: "^([A-Za-z]+[ -]?)+$" } } };
    const { ask } = await start(
      t,
      listedMcpServer([
        { name: "person", inputSchema: pattern },
        { name: "many", inputSchema: { type: "object", required: names } },
        {
          name: "draft3",
          inputSchema: { type: "object", properties: { a: { type: "string", required: true } } },
        },
      ]),
    );
    const checking = ask("person", { a: `${"Abcdefgh ".repeat(7)}(sr.)` });
    assert.match(await ask("person", { a: "Bob" }), /^I am person/);
    assert.match(await ask("many"), /^Error: the input does not fit the schema of odd\.many: .*…$/);
    assert.match(await ask("draft3"), /^I am draft3/, "a schema that cannot be read is left to the server");
    assert.match(
      await checking,
      /^Error: the input could not be checked against the schema of odd\.person within/,
    );
  });

  test(
    verifies(["tools-contained"], "whatever a server writes, its calls end and others' go on"),
    async (t) => {
      const ends: Partial<Record<Oddity, RegExp>> = {
        "floods standard error": /^echo$/,
        "floods standard output with no messages": /^echo$/,
        "says all the time that its tools have changed": /^echo$/,
        "asks all the time": /^echo$/,
        "has pages without an end": /^echo$/,
        "writes a line without an end":
          /^Error: (the MCP server odd (ended|could not be read)|no result within)/,
        "gives a result of 20 MB": /^Error: (the MCP server odd (ended|could not be read)|no result within)/,
        "gives a million parts": /^(x\n)+x…$/,
        "gives a deep result": /^(Error: |The tool|\{)/,
        "never answers a call": /^Error: no result within 2 seconds\.$/,
        "dies of a call":
          /^Error: the MCP server odd ended while the call ran \(.+\) and is being restarted\.$/,
      };
      const neighbour = await start(t, oddMcpServer("none"));
      let isOver = false;
      const asking = (async () => {
        while (!isOver) {
          assert.equal(await neighbour.ask("echo"), "echo");
          await sleep(50); // a neighbour that never rests would be one that does harm
        }
      })();
      const check = async ([oddity, expected]: [Oddity, RegExp]) => {
        const timeoutSeconds = oddity === "never answers a call" ? 2 : 60;
        const { ask, lines, stop } = await start(t, oddMcpServer(oddity), timeoutSeconds);
        assert.match(await ask("echo"), expected, oddity);
        await stop();
        assert.ok(lines.length < 500, `${oddity}: ${lines.length} lines in the log`);
        assert.ok(
          lines.every((line) => JSON.stringify(line).length < 5_000),
          oddity,
        );
      };
      // A cast: the keys are those of the object above.
      await Promise.all((Object.entries(ends) as [Oddity, RegExp][]).map(check));
      isOver = true;
      await asking;
    },
  );

  test("a listing that changes all the time is taken over now and then", async (t) => {
    const { told } = await start(t, oddMcpServer("says all the time that its tools have changed"));
    await until("it was taken over again", () => told() >= 2);
  });

  test("each time that a server dies the log has its last words", async (t) => {
    const { lines } = await start(t, oddMcpServer("dies at its start"));
    const downs = () => lines.filter(({ msg }) => msg === "MCP server is down");
    await until("it was started again", () => downs().length >= 3);
    for (const line of downs()) assert.match(JSON.stringify(line), /"lastLine":"no tea, \d+"/);
  });
});
