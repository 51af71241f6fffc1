import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { until } from "../testing/until.js";

export type App = "api" | "batcher" | "worker" | "tool-worker";

/** Where a version of Bullpen is built, and what it works on. */
export interface Place {
  /** The folder of the repository at that version, with compiled output. */
  readonly root: string;
  readonly redisUrl: string;
  readonly dataDir: string;
}

/** The processes of one version of Bullpen, as an operator starts them, with its own demo model. */
export class ReleaseProcesses {
  readonly #place: Place;
  readonly #running = new Map<App, ChildProcess>();

  constructor(place: Place) {
    this.#place = place;
  }

  /**
   * @param prefix what the command begins with, such as `ip netns exec`.
   * @returns where it listens.
   */
  async start(
    app: App,
    env: Readonly<Record<string, string>> = {},
    prefix: readonly string[] = [],
  ): Promise<string> {
    const { root, redisUrl, dataDir } = this.#place;
    const [program = "", ...args] = [...prefix, process.execPath, join(root, `apps/${app}/dist/main.js`)];
    const child = spawn(program, args, {
      cwd: root,
      env: {
        ...process.env,
        REDIS_URL: redisUrl,
        DATA_DIR: dataDir,
        API_PORT: "0",
        MODEL: join(root, "models/demo/bullpen-demo.gguf"),
        MODEL_NAME: "demo",
        SLOTS: "4",
        THREADS: "1",
        TUNED_FILE: "/nonexistent/tuned.json",
        SEARCH_PROVIDER: "local",
        SEARCH_DOCUMENTS: join(root, "examples/documents"),
        LOG_LEVEL: "info",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#running.set(app, child);
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    return until(`the ${app} of ${root} is ready`, () => {
      if (child.exitCode !== null) throw new Error(`the ${app} of ${root} ended: ${said}`);
      return /"url":"([^"]+)"[^\n]*"msg":"ready"|"msg":"ready"[^\n]*"url":"([^"]+)"/
        .exec(said)
        ?.slice(1)
        .find(Boolean);
    });
  }

  /** Whether the process that was started still runs. */
  isRunning(app: App): boolean {
    const child = this.#running.get(app);
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  async stop(app: App): Promise<void> {
    const child = this.#running.get(app);
    this.#running.delete(app);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }

  /** As an upgrade does: what takes work first, what it is sent by last. */
  async stopAll(): Promise<void> {
    for (const app of ["tool-worker", "worker", "batcher", "api"] as const) await this.stop(app);
  }
}
