import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { until } from "../testing/until.js";
import type { RedisProxy } from "./injectors/redis-proxy.js";
import type { ArmedFault } from "./process/boundaries.js";
import {
  type Order,
  type Report,
  reportSchema,
  SETTINGS_VARIABLE,
  type Settings,
} from "./process/settings.js";

export type Role = "worker" | "tool-worker" | "api";

export interface Death {
  readonly pid: number;
  readonly signal: NodeJS.Signals | null;
}

/** A pause before each restart: a process that cannot start must not take the machine. */
const RESTART_PAUSE_MS = 300;

/** One process of the suite through all its lives. */
export class Member {
  readonly role: Role;
  readonly proxy: RedisProxy;
  /** Every end of a life that nobody here asked for by {@link close}. */
  readonly deaths: Death[] = [];
  readonly #settings: Settings;
  readonly #reports = new Set<(report: Report) => void>();
  #child: ChildProcess | undefined;
  #url = "";
  #lives = 0;
  #closing = false;
  #isReady = false;

  constructor(role: Role, proxy: RedisProxy, settings: Settings) {
    this.role = role;
    this.proxy = proxy;
    this.#settings = settings;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** The process of this life. */
  get child(): ChildProcess | undefined {
    return this.#child;
  }

  /** Where an api listens. */
  get url(): string {
    return this.#url;
  }

  /** Waits until a life has begun: after a death the next one takes a moment. */
  async ready(): Promise<this> {
    await until(`${this.role} is ready`, () => this.#isReady);
    return this;
  }

  async start(): Promise<void> {
    const ready = this.report("ready");
    this.#spawn();
    await ready;
  }

  send(order: Order): void {
    this.#child?.send(order, () => {}); // a process that just died gets nothing
  }

  arm(armedFault: ArmedFault | undefined): void {
    this.send({ type: "arm", armedFault });
  }

  /** The next report of a type, from this life or a later one. */
  report(type: Report["type"]): Promise<Report> {
    return new Promise((resolve) => {
      const listener = (report: Report) => {
        if (report.type !== type) return;
        this.#reports.delete(listener);
        resolve(report);
      };
      this.#reports.add(listener);
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    }
    await this.proxy.close();
  }

  #spawn(): void {
    const { armedFault, ...settings } = this.#settings;
    const isFirstLife = this.#lives++ === 0;
    const child = fork(fileURLToPath(new URL(`./process/${this.role}.js`, import.meta.url)), {
      env: {
        ...process.env,
        [SETTINGS_VARIABLE]: JSON.stringify(isFirstLife ? { ...settings, armedFault } : settings),
      },
      execArgv: ["--enable-source-maps"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child = child;
    child.on("message", (message) => {
      const report = reportSchema.parse(message);
      this.#isReady = true;
      if (report.type === "ready") this.#url = report.url ?? "";
      for (const listener of this.#reports) listener(report);
    });
    child.once("exit", (_code, signal) => {
      this.#isReady = false;
      if (this.#closing) return;
      this.deaths.push({ pid: child.pid ?? 0, signal });
      setTimeout(() => !this.#closing && this.#spawn(), RESTART_PAUSE_MS);
    });
  }
}
