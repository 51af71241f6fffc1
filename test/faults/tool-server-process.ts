import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { z } from "zod";

/** What the process tells: a call begins, or the api has taken its result. */
const reportSchema = z.object({
  type: z.enum(["ready", "begun", "answered"]),
  call: z.string().optional(),
});
export type ToolServerReport = z.output<typeof reportSchema>;

/** A tool server in a process of its own, which is killed and started again. */
export class ToolServerProcess {
  readonly #args: readonly string[];
  /** What all lives have told, in the order in which it came. */
  readonly #reports: ToolServerReport[] = [];
  readonly #begun = new Set<string>();
  #child: ChildProcess | undefined;

  static async start(apiUrl: string, tools: readonly string[]): Promise<ToolServerProcess> {
    const server = new ToolServerProcess([apiUrl, ...tools]);
    await server.restart();
    return server;
  }

  private constructor(args: readonly string[]) {
    this.#args = args;
  }

  /** Calls that were run. What a life that is killed has not told of its results is lost. */
  get begun(): number {
    return this.#begun.size;
  }

  async restart(): Promise<void> {
    const child = fork(new URL("./process/tool-server.js", import.meta.url), this.#args, {
      execArgv: ["--enable-source-maps"],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      child.once("exit", () => reject(new Error("the tool server ended before it was ready")));
      child.on("message", (message) => {
        const report = reportSchema.parse(message);
        this.#reports.push(report);
        if (report.type === "begun" && report.call) this.#begun.add(report.call);
        if (report.type === "ready") resolve();
      });
    });
    child.removeAllListeners("exit");
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "close");
    child.kill("SIGKILL");
    await gone;
  }

  async stop(): Promise<void> {
    await this.kill();
  }

  /**
   * Checks what all lives have told: each of `calls` calls was run, and none after its result was taken.
   *
   * @returns how many runs were repeated.
   */
  async checkHistory(calls: number): Promise<number> {
    const answered = new Set<string>();
    const begun = new Map<string, number>();
    for (const { type, call = "" } of this.#reports) {
      if (type === "answered") answered.add(call);
      if (type !== "begun") continue;
      assert.ok(!answered.has(call), `${call} was handed out after its result`);
      begun.set(call, (begun.get(call) ?? 0) + 1);
    }
    assert.equal(begun.size, calls, "every call was run");
    return [...begun.values()].reduce((sum, runs) => sum + runs - 1, 0);
  }
}
