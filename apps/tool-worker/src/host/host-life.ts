import { abortable, type Deferred, deferred } from "@bullpen/base";
import { type FromHost, fromHostSchema } from "./host-messages.js";
import type { HostLogLevel } from "./host-program.js";
import { startVehicle, type Vehicle, type VehicleKind } from "./host-vehicle.js";
import { tellLines } from "./output-lines.js";
import { thrownMessage } from "./thrown-message.js";

export interface HostLifeOptions {
  readonly module: URL;
  readonly settings: unknown;
  readonly vehicle: VehicleKind;
  readonly heapMiB: number;
  /** Time that it may take to be ready. */
  readonly startMs: number;
  readonly onLog: (level: HostLogLevel, text: string) => void;
  readonly onNews: (news: unknown) => void;
  /** Called once, when it takes no more calls: it has ended, or ends with those in hand. */
  readonly onEnd: (reason: string) => void;
}

/** How a call ended in a host. `hadCompany`: other calls were in hand, so it may not be the one to blame. */
export type LifeEnd =
  | { readonly type: "done"; readonly result: unknown }
  | { readonly type: "failed"; readonly reason: string }
  | { readonly type: "late"; readonly isBlocked: boolean; readonly hadCompany: boolean }
  | { readonly type: "gone"; readonly reason: string; readonly hadCompany: boolean };

/** Why a program says that it cannot start. Of a host that ends before it is ready, a plain Error tells. */
export class HostFault extends Error {
  override readonly name = "HostFault";
}

/** Time that a call has to end after its signal has aborted, and a host to answer a ping then. */
const MARGIN_MS = 1_000;
/** What Node says of itself is not what a program says last. */
const NODE_WARNING = /^\((?:node:\d+\) |Use `node --trace)/;
/** Time that a host has to close what it holds. */
const STOP_MS = 8_000;

/** One life of a host: a process or thread that takes calls until it is worn, killed or gone. */
export class HostLife {
  /** Resolves with the program's info. */
  readonly ready: Promise<unknown>;
  readonly #options: HostLifeOptions;
  readonly #vehicle: Vehicle;
  readonly #ready = deferred<unknown>();
  readonly #gone = deferred<void>();
  readonly #calls = new Map<number, Deferred<LifeEnd>>();
  readonly #pings = new Map<number, Deferred<void>>();
  #lastId = 0;
  #places = 0;
  #state: "starting" | "ready" | "worn" | "gone" = "starting";
  #lastLine = "";
  #isOutOfMemory = false;
  #hasWorked = false;

  constructor(options: HostLifeOptions) {
    this.#options = options;
    const { module, settings, vehicle, heapMiB, startMs } = options;
    this.ready = this.#ready.promise;
    this.ready.catch(() => {}); // told by onEnd as well
    this.#vehicle = startVehicle(vehicle, {
      heapMiB,
      onMessage: (message) => this.#take(message),
      onExit: (reason) => this.#end(this.#explainExit(reason)),
    });
    for (const output of this.#vehicle.outputs) tellLines(output, (line) => this.#hear(line));
    const timer = setTimeout(() => this.#giveUpStart(), startMs);
    this.ready.finally(() => clearTimeout(timer)).catch(() => {});
    this.#vehicle.send({ type: "start", module: module.href, settings });
  }

  /** Whether it takes calls, or will when it is ready. */
  get isUsable(): boolean {
    return this.#state === "starting" || this.#state === "ready";
  }

  get isReady(): boolean {
    return this.#state === "ready";
  }

  /** Whether it has been given a call. */
  get hasWorked(): boolean {
    return this.#hasWorked;
  }

  /** Calls that it has or is to get. */
  get places(): number {
    return this.#places;
  }

  /** What it said last to standard output, to standard error or to the log. */
  get lastLine(): string {
    return this.#lastLine;
  }

  /** Keeps a place for a call until it is freed. */
  takePlace(): () => void {
    this.#places++;
    return () => {
      this.#places--;
      if (this.#state === "worn" && this.#places === 0) this.kill("it is worn out");
    };
  }

  /** Whether it answers within a time; one that is gone does not. */
  async answers(withinMs: number): Promise<boolean> {
    const id = ++this.#lastId;
    const pong = deferred<void>();
    this.#pings.set(id, pong);
    this.#vehicle.send({ type: "ping", id });
    const answered = await settlesWithin(withinMs, Promise.race([pong.promise, this.#gone.promise]));
    this.#pings.delete(id);
    return answered && this.#state !== "gone";
  }

  /**
   * Runs a call in a place that was taken. When its time is up, or the signal aborts, its own signal is
   * aborted; a host that then does not even answer is killed, and one whose call does not end is worn out.
   * Rejects with the signal's reason.
   */
  async run(call: unknown, timeoutMs: number, signal: AbortSignal): Promise<LifeEnd> {
    if (this.#state === "gone") return { type: "gone", reason: "it has ended", hadCompany: true };
    this.#hasWorked = true;
    const id = ++this.#lastId;
    try {
      this.#vehicle.send({ type: "call", id, call });
    } catch (error) {
      // What is nested too deeply cannot be sent.
      return { type: "failed", reason: thrownMessage(error) };
    }
    const ended = deferred<LifeEnd>();
    this.#calls.set(id, ended);
    const late = deferred<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), timeoutMs);
    try {
      const end = await abortable(Promise.race([ended.promise, late.promise]), signal);
      return end ?? (await this.#giveUp(id, true));
    } catch (error) {
      void this.#giveUp(id, false);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Takes no more calls, and ends with the last of those in hand. */
  wearOut(reason: string): void {
    if (!this.isUsable) return;
    this.#state = "worn";
    this.#ready.reject(new Error(reason));
    this.#options.onEnd(reason);
    if (this.#places === 0) this.kill(reason);
  }

  kill(reason: string): void {
    if (this.#state === "gone") return;
    this.#vehicle.kill();
    this.#end(reason);
  }

  /** Lets it close what it holds. */
  async stop(): Promise<void> {
    this.#vehicle.send({ type: "stop" });
    if (this.#state === "ready" && (await this.answers(MARGIN_MS))) {
      await settlesWithin(STOP_MS, this.#gone.promise);
    }
    this.kill("it is stopped");
  }

  /** A call that is not waited for any longer. */
  async #giveUp(id: number, isLate: boolean): Promise<LifeEnd> {
    const ended = this.#calls.get(id);
    const hadCompany = this.#calls.size > 1;
    const free = this.takePlace(); // it is busy with this one until it has shown that it is not
    try {
      this.#vehicle.send({ type: "abort", id, isLate });
      const isBlocked = !(await this.answers(MARGIN_MS));
      // Others in a busy host have their own time; a cancelled call is no reason to run them again.
      if (isBlocked && (isLate || !hadCompany)) this.kill("a call keeps it from answering");
      else if (ended) void this.#wearOutUnless(id, ended);
      return { type: "late", isBlocked, hadCompany };
    } finally {
      free();
    }
  }

  async #wearOutUnless(id: number, ended: Deferred<LifeEnd>): Promise<void> {
    if (await settlesWithin(MARGIN_MS, ended.promise)) return;
    this.#calls.delete(id);
    this.wearOut("a call has not ended in time");
  }

  #take(message: unknown): void {
    const parsed = fromHostSchema.safeParse(message);
    if (parsed.success && this.#state !== "gone") this.#handle(parsed.data);
  }

  #handle(message: FromHost): void {
    const { onNews } = this.#options;
    if (message.type === "ready") this.#beReady(message.info);
    else if (message.type === "fault") this.#fault(message.reason);
    else if (message.type === "done") this.#settle(message.id, { type: "done", result: message.result });
    else if (message.type === "failed") this.#settle(message.id, { type: "failed", reason: message.reason });
    else if (message.type === "pong") this.#pings.get(message.id)?.resolve();
    else if (message.type === "log") this.#log(message.level, message.text);
    else if (message.type === "news") onNews(message.news);
    else this.wearOut(message.reason);
  }

  #log(level: HostLogLevel, text: string): void {
    if (!NODE_WARNING.test(text)) this.#lastLine = text;
    this.#options.onLog(level, text);
  }

  #beReady(info: unknown): void {
    if (this.#state === "starting") this.#state = "ready";
    this.#ready.resolve(info);
  }

  #fault(reason: string): void {
    this.#ready.reject(new HostFault(reason));
    this.kill(reason);
  }

  #settle(id: number, end: LifeEnd): void {
    this.#calls.get(id)?.resolve(end);
    this.#calls.delete(id);
  }

  #giveUpStart(): void {
    this.kill(`it was not ready within ${this.#options.startMs / 1_000} seconds`);
  }

  #hear(line: string): void {
    if (line.includes("heap out of memory")) this.#isOutOfMemory = true;
    this.#log("info", line);
  }

  #explainExit(reason: string): string {
    const isOutOfMemory = this.#isOutOfMemory || reason.includes("memory limit");
    return isOutOfMemory ? `it needed more than ${this.#options.heapMiB} MiB of memory` : reason;
  }

  #end(reason: string): void {
    if (this.#state === "gone") return;
    const isKnown = this.#state === "worn";
    this.#state = "gone";
    const hadCompany = this.#calls.size > 1;
    for (const ended of this.#calls.values()) ended.resolve({ type: "gone", reason, hadCompany });
    this.#calls.clear();
    this.#ready.reject(new Error(reason));
    this.#gone.resolve();
    if (!isKnown) this.#options.onEnd(reason);
  }
}

/** Waits for a promise that does not reject, but no longer than this; whether it has settled. */
async function settlesWithin(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  const late = deferred<boolean>();
  const timer = setTimeout(() => late.resolve(false), milliseconds);
  try {
    return await Promise.race([promise.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
