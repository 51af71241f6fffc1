import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ReadyMessage } from "@bullpen/runtime";

const ENTRY = fileURLToPath(new URL("../../../apps/dashboard/dist/main.js", import.meta.url));

/** Nothing answers there: a test that wants an api says which. */
const NO_API = "http://127.0.0.1:9";

/** The real dashboard process on a free port. */
export class DashboardProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  /** Rejects with what the process printed when it ends instead of becoming ready. */
  static async start(settings: Readonly<Record<string, string>>): Promise<DashboardProcess> {
    const child = spawn(process.execPath, [ENTRY], {
      env: { ...process.env, DASHBOARD_PORT: "0", API_URL: NO_API, LOG_LEVEL: "error", ...settings },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const url = await new Promise<string>((resolve, reject) => {
      child.once("message", (message: ReadyMessage) => resolve(message.url));
      child.once("close", () => reject(new Error(`the dashboard ended before it was ready:\n${said}`)));
    });
    return new DashboardProcess(child, url);
  }

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** Of the process. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Asks it to stop; resolves with its exit code. */
  async stop(): Promise<number | null> {
    if (!this.isRunning) return this.#child.exitCode;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await gone;
    return this.#child.exitCode;
  }
}
