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

  /** @returns where it listens. */
  async start(app: App): Promise<string> {
    const { root, redisUrl, dataDir } = this.#place;
    const child = spawn(process.execPath, [join(root, `apps/${app}/dist/main.js`)], {
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
