import { AsyncLocalStorage } from "node:async_hooks";
import { parentPort, Worker } from "node:worker_threads";
import type { FromHost, ToHost } from "./host-messages.js";
import type { HostProgram, HostSide, StartHostProgram } from "./host-program.js";
import { thrownMessage } from "./thrown-message.js";

// The main module of a tool host: runs the calls of one program for a tool-worker that may kill it at any time.

/** The id of the call to which the running code belongs. */
const currentCall = new AsyncLocalStorage<number>();
const active = new Map<number, AbortController>();
const { send, receive } = openChannel();

const side: HostSide = {
  log: (level, text) => send({ type: "log", level, text }),
  tell: (news) => send({ type: "news", news }),
  wearOut: (reason) => send({ type: "worn", reason }),
};

let program: HostProgram | undefined;

process.on("uncaughtException", onStrayError);
process.on("unhandledRejection", onStrayError);
receive((message) => {
  if (message.type === "ping") send({ type: "pong", id: message.id });
  else if (message.type === "start") void start(message.module, message.settings);
  else if (message.type === "call") void currentCall.run(message.id, () => run(message.id, message.call));
  else if (message.type === "abort") active.get(message.id)?.abort(abortReason(message.isLate));
  else void stop();
});

async function start(module: string, settings: unknown): Promise<void> {
  try {
    // A cast: only Bullpen's own modules are named, and each exports this.
    const { start: startProgram } = (await import(module)) as { start: StartHostProgram };
    program = await startProgram(settings, side);
    send({ type: "ready", info: program.info });
  } catch (error) {
    send({ type: "fault", reason: thrownMessage(error) });
  }
}

async function run(id: number, call: unknown): Promise<void> {
  const controller = new AbortController();
  active.set(id, controller);
  try {
    const result = await program?.run(call, controller.signal);
    if (active.has(id)) send({ type: "done", id, result });
  } catch (error) {
    if (active.has(id)) send({ type: "failed", id, reason: thrownMessage(error) });
  } finally {
    active.delete(id);
  }
}

async function stop(): Promise<void> {
  await program?.close?.().catch(() => {}); // the process ends anyway
  process.exit(0);
}

/**
 * An uncaught error. It ends the call to which it belongs if that still runs; otherwise it is logged. The state after
 * it is unknown, so the host takes no more calls.
 */
function onStrayError(error: unknown): void {
  const id = currentCall.getStore();
  const reason = thrownMessage(error);
  if (id !== undefined && active.delete(id)) send({ type: "failed", id, reason });
  else side.log("error", `an error came after the call had returned: ${reason}`);
  side.wearOut(`an error was not caught (${reason})`);
}

function abortReason(isLate: boolean): DOMException {
  return isLate
    ? new DOMException("the time is over", "TimeoutError")
    : new DOMException("the call is cancelled", "AbortError");
}

function openChannel(): { send: (message: FromHost) => void; receive: (take: (m: ToHost) => void) => void } {
  if (parentPort) {
    const port = parentPort;
    return { send: (message) => port.postMessage(message), receive: (take) => port.on("message", take) };
  }
  const toParent = process.send?.bind(process);
  if (!toParent) throw new Error("a tool host is started by a tool-worker");
  // The channel is not for the tool: to its code the process has no parent.
  Reflect.deleteProperty(process, "send");
  // Without its parent it ends with all that it has started: at once, or by a thread if it is busy.
  process.once("disconnect", () => process.kill(-process.pid, "SIGKILL"));
  watchParent();
  return {
    send: (message) => void toParent(message, undefined, undefined, () => {}),
    receive: (take) => process.on("message", take),
  };
}

/** A host that spins cannot notice that its parent is gone. This thread notices it and kills the process. */
function watchParent(): void {
  const source = `setInterval(() => { if (process.ppid !== ${process.ppid}) process.kill(-process.pid, "SIGKILL"); }, 1_000);`;
  const resourceLimits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 };
  new Worker(source, { eval: true, stdin: false, env: {}, resourceLimits, name: "parent watch" }).unref();
}
