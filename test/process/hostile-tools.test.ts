import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ToolInput } from "@bullpen/contracts";
import { loadCustomTools, SchemaChecker, type ServedTool, type VehicleKind } from "@bullpen/tool-worker";
import { verifies } from "../source-checks/requirements/requirements.js";
import { DEADLY_TO_PROCESSES, HARMFUL, LATE, ODD, toolModule } from "../testing/hostile-tools.js";
import { collectLogs, type LogLine } from "../testing/log-lines.js";
import { ROOT } from "../testing/run-app.js";
import { until } from "../testing/until.js";

/** A tool-worker's side of one tool, as a process: prints where the tool runs, and lets it spin. */
const PARENT = `
  import { loadCustomTools, SchemaChecker } from "@bullpen/tool-worker";
  const say = () => {};
  const logger = { debug: say, info: say, warn: say, error: say };
  const checker = new SchemaChecker({ logger });
  const [tool] = await loadCustomTools({ folder: process.argv[1], checker, logger, heapMiB: 64 });
  const { signal } = new AbortController();
  const { observation } = await tool.run("where", signal);
  void tool.run("spin", signal);
  setTimeout(() => console.log(observation), 200);`;

const never = new AbortController().signal;

interface Loaded {
  readonly lines: LogLine[];
  /** The observation of a call. */
  ask(name: string, input?: ToolInput, signal?: AbortSignal): Promise<string>;
}

/** Loads modules, by their tools' names, each in a process (or thread) that ends with the test. */
async function load(t: TestContext, modules: Record<string, string>, vehicle?: VehicleKind): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-hostile-"));
  t.after(() => rm(folder, { recursive: true }));
  await Promise.all(
    Object.entries(modules).map(([name, source]) => writeFile(join(folder, `${name}.mjs`), source)),
  );
  const { logger, lines } = collectLogs();
  const checker = new SchemaChecker({ logger });
  t.after(() => checker.close());
  const options = { folder, checker, logger, heapMiB: 64, ...(vehicle && { vehicle }) };
  const tools = new Map<string, ServedTool>();
  for (const tool of await loadCustomTools(options)) tools.set(tool.definition.name, tool);
  t.after(() => Promise.all([...tools.values()].map((tool) => tool.close())));
  return {
    lines,
    ask: async (name, input = "x", signal = never) => {
      const tool = tools.get(name);
      assert.ok(tool, name);
      return (await tool.run(input, signal)).observation;
    },
  };
}

const TEXT = `example: "x", timeoutSeconds: 1, resultTokens: 100,`;

for (const vehicle of ["process", "thread"] as const) {
  describe(`tools that do harm, each in a ${vehicle}`, () => {
    test("whatever a tool gives or throws, the model is told", async (t) => {
      const bodies = Object.entries(ODD).map(
        ([what, [body]]) => `${JSON.stringify(what)}: async () => { ${body} }`,
      );
      const body = `return ({ ${bodies.join(",\n")} })[input]()`;
      const { ask } = await load(t, { Odd: toolModule("Odd", body, TEXT) }, vehicle);
      for (const [what, [, told]] of Object.entries(ODD)) assert.match(await ask("Odd", what), told, what);
    });

    test(
      verifies(["tools-contained"], "a call costs itself and nobody else, whatever it does"),
      async (t) => {
        const harmful = { ...HARMFUL, ...(vehicle === "process" && DEADLY_TO_PROCESSES) };
        const modules = Object.fromEntries(
          Object.entries(harmful).map(([what, [body, told]]) => {
            const fields = told === LATE ? TEXT : `${TEXT} timeoutSeconds: 60,`;
            return [what, toolModule(what, body, fields)];
          }),
        );
        const { ask } = await load(
          t,
          { ...modules, Echo: toolModule("Echo", "return input", TEXT) },
          vehicle,
        );
        const over = new AbortController();
        const neighbour = (async () => {
          while (!over.signal.aborted) {
            assert.equal(await ask("Echo", "hello"), "hello");
            await sleep(50); // a neighbour that never rests would be one that does harm
          }
        })();
        await Promise.all(
          Object.entries(harmful).map(async ([what, [, told]]) => assert.match(await ask(what), told, what)),
        );
        over.abort();
        await neighbour;
      },
    );
  });
}

describe("calls beside one that does harm", { concurrency: 3 }, () => {
  test(
    verifies(["tools-contained"], "those in its process are run again, and new ones go elsewhere"),
    async (t) => {
      const body = `
      if (input === "spin") for (;;);
      if (input === "exit") process.exit(1);
      if (input === "wait") await new Promise((resolve) => setTimeout(resolve, 500));
      return input;`;
      const { ask } = await load(t, { Mixed: toolModule("Mixed", body, `${TEXT} timeoutSeconds: 2,`) });
      for (const [harm, told] of [
        ["spin", "Error: no result within 2 seconds."],
        ["exit", "Error: the tool ended its process 3 times (exit code 1); it is not run again."],
      ] as const) {
        const waiting = [ask("Mixed", "wait"), ask("Mixed", "wait")];
        const harmful = ask("Mixed", harm);
        assert.equal(await ask("Mixed", "new"), "new");
        assert.deepEqual(await Promise.all([...waiting, harmful]), ["wait", "wait", told]);
      }
    },
  );

  test("an error that comes after a call's return is logged, and only its process is replaced", async (t) => {
    const body = `
      if (input === "throw") setTimeout(() => { throw new Error("thrown late") }, 50);
      if (input === "reject") setTimeout(() => Promise.reject(new Error("rejected late")), 50);
      if (input === "wait") await new Promise((resolve) => setTimeout(resolve, 500));
      return process.pid + " " + input;`;
    const { ask, lines } = await load(t, { Late: toolModule("Late", body, TEXT) });
    for (const how of ["throw", "reject"]) {
      const waiting = ask("Late", "wait");
      const [pid] = (await ask("Late", how)).split(" ");
      assert.equal(await waiting, `${pid} wait`, "it ends where it was begun");
      await until("it is logged", () =>
        lines.some(({ level, msg }) => level === 50 && msg.includes(`${how}`)),
      );
      const [next] = (await ask("Late", "next")).split(" ");
      assert.notEqual(next, pid);
    }
  });

  test("a cancelled call aborts its signal, and another's goes on", async (t) => {
    const body = `
      console.log(input + " begins");
      if (input === "hold") await new Promise((resolve) => signal.addEventListener("abort", resolve));
      else await new Promise((resolve) => setTimeout(resolve, 500));
      console.log(input + " ends: " + signal.aborted);
      return input;`;
    const { ask, lines } = await load(t, { Held: toolModule("Held", body, `${TEXT} timeoutSeconds: 60,`) });
    const cancelling = new AbortController();
    const held = ask("Held", "hold", cancelling.signal);
    const other = ask("Held", "other");
    await until("its tool has begun", () => lines.some(({ msg }) => msg === "hold begins"));
    cancelling.abort(new Error("cancelled"));
    await assert.rejects(held, /cancelled/);
    await until("its tool has heard", () => lines.some(({ msg }) => msg === "hold ends: true"));
    assert.equal(await other, "other");
    assert.ok(lines.some(({ msg }) => msg === "other ends: false"));
  });

  test("a tool that spins does not outlive a tool-worker that was killed", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "bullpen-orphan-"));
    t.after(() => rm(folder, { recursive: true }));
    const body = "if (input === 'spin') for (;;); return String(process.pid);";
    await writeFile(join(folder, "spin.mjs"), toolModule("Spin", body, `${TEXT} timeoutSeconds: 600,`));
    const parent = spawn(process.execPath, ["--input-type=module", "-e", PARENT, folder], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit"],
    });
    t.after(() => parent.kill("SIGKILL"));
    const [said] = await once(parent.stdout, "data");
    const pid = Number(String(said));
    parent.kill("SIGKILL");
    await until("its process is gone", () => !existsSync(`/proc/${pid}`));
  });

  test("an input that is nested too deeply costs its own call", async (t) => {
    const { ask } = await load(t, {
      Open: toolModule("Open", "return 'ran'", "inputSchema: { type: 'object' },"),
    });
    const deep: unknown = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
    assert.match(await ask("Open", { deep }), /^Error: Maximum call stack/);
    assert.equal(await ask("Open", {}), "ran");
  });

  test("a pattern that backtracks costs its own call", async (t) => {
    const inputSchema = { type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } };
    const fields = `inputSchema: ${JSON.stringify(inputSchema)},`;
    const { ask } = await load(t, { Strict: toolModule("Strict", "return input.a", fields) });
    const checking = ask("Strict", { a: `${"a".repeat(60)}!` });
    assert.equal(await ask("Strict", { a: "aa" }), "aa");
    assert.match(
      await ask("Strict", { a: "b" }),
      /does not fit the schema of Strict: input\/a must match pattern/,
    );
    assert.match(
      await checking,
      /could not be checked against the schema of Strict within 5 seconds, so nothing/,
    );
  });
});
