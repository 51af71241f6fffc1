import { abortable, type Deferred, deferred, settlesWithin } from "@bullpen/base";
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
  /** Milliseconds within which it must be ready. */
  readonly startMs: number;
  readonly onLog: (level: HostLogLevel, text: string) => void;
  readonly onNews: (news: unknown) => void;
  /** Called once, when it takes no more calls: it has ended, or ends with its active calls. */
  readonly onEnd: (reason: string) => void;
}

/** How a call ended in a host. `hadCompany`: other calls were active, so this one may not be the cause. */
export type LifeEnd =
  | { readonly type: "done"; readonly result: unknown }
  | { readonly type: "failed"; readonly reason: string }
  | { readonly type: "late"; readonly isBlocked: boolean; readonly hadCompany: boolean }
  | { readonly type: "gone"; readonly reason: string; readonly hadCompany: boolean };

/** A program says why it cannot start. A host that ends before it is ready rejects with a plain Error. */
export class HostFault extends Error {
  override readonly name = "HostFault";
}

/**
 * Time for a call to end after its signal aborted, and for a host to answer a ping then. Code that handles the abort needs
 * milliseconds; a host that takes longer is blocked.
 */
const MARGIN_MS = 1_000;
/** Warnings of Node itself, which are not the last line of a program. */
const NODE_WARNING = /^\((?:node:\d+\) |Use `node --trace)/;
/** Time for a host to close its resources: an MCP client waits a few seconds for its server. */
const STOP_MS = 8_000;

/** One process or thread of a host. It takes calls until it is worn out, killed or gone. */
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
    this.ready.catch(() => {}); // onEnd tells it too
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

  /** Whether it takes calls now, or will when it is ready. */
  get isUsable(): boolean {
    return this.#state === "starting" || this.#state === "ready";
  }

  get isReady(): boolean {
    return this.#state === "ready";
  }

  /** Whether it was ever given a call. */
  get hasWorked(): boolean {
    return this.#hasWorked;
  }

  /** Calls that it has or that have a reserved place. */
  get places(): number {
    return this.#places;
  }

  /** Its last line on standard output, on standard error or in the log. */
  get lastLine(): string {
    return this.#lastLine;
  }

  /** Reserves a place for a call. Returns the function that frees it. */
  takePlace(): () => void {
    this.#places++;
    return () => {
      this.#places--;
      if (this.#state === "worn" && this.#places === 0) this.kill("it is worn out");
    };
  }

  /** Whether it answers a ping in time. One that is gone does not. */
  async answers(withinMs: number): Promise<boolean> {
    const id = ++this.#lastId;
    const pong = deferred<void>();
    this.#pings.set(id, pong);
    this.#vehicle.send({ type: "ping", id });
    const answered = await settlesWithin(Promise.race([pong.promise, this.#gone.promise]), withinMs);
    this.#pings.delete(id);
    return answered && this.#state !== "gone";
  }

  /**
   * Runs a call in a reserved place. When its time is up, or the signal aborts, the call's own signal aborts. A host that
   * then does not answer a ping is killed; one that answers but whose call does not end is worn out. Rejects with the
   * signal's reason.
   */
  async run(call: unknown, timeoutMs: number, signal: AbortSignal): Promise<LifeEnd> {
    if (this.#state === "gone") return { type: "gone", reason: "it has ended", hadCompany: true };
    this.#hasWorked = true;
    const id = ++this.#lastId;
    try {
      this.#vehicle.send({ type: "call", id, call });
    } catch (error) {
      // A value that is nested too deeply cannot be sent.
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

  /** Takes no more calls, and ends with the last active one. */
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

  /** Lets it close its resources, then ends it. */
  async stop(): Promise<void> {
    this.#vehicle.send({ type: "stop" });
    if (this.#state === "ready" && (await this.answers(MARGIN_MS))) {
      await settlesWithin(this.#gone.promise, STOP_MS);
    }
    this.kill("it is stopped");
  }

  /** Ends a call whose result nobody waits for. */
  async #giveUp(id: number, isLate: boolean): Promise<LifeEnd> {
    const ended = this.#calls.get(id);
    const hadCompany = this.#calls.size > 1;
    const free = this.takePlace(); // it counts as busy until it proves otherwise
    try {
      this.#vehicle.send({ type: "abort", id, isLate });
      const isBlocked = !(await this.answers(MARGIN_MS));
      // Other calls in a busy host have their own time limits; a cancelled call is no reason to run them again.
      if (isBlocked && (isLate || !hadCompany)) this.kill("a call keeps it from answering");
      else if (ended) void this.#wearOutUnless(id, ended);
      return { type: "late", isBlocked, hadCompany };
    } finally {
      free();
    }
  }

  async #wearOutUnless(id: number, ended: Deferred<LifeEnd>): Promise<void> {
    if (await settlesWithin(ended.promise, MARGIN_MS)) return;
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
