import type { BullpenClient } from "@bullpen/client";
import { type ConnectionOptions, connect } from "../connect.js";
import { untilInterrupted } from "../interrupts.js";
import { Progress } from "../output/progress.js";
import { ComeBack } from "./come-back.js";

export interface SessionOptions extends ConnectionOptions {}

/** What a command on batches works with. */
export interface Session {
  readonly client: BullpenClient;
  /** On standard error: standard output is for ids and results. */
  readonly progress: Progress;
  /** Aborts at Ctrl-C, and when the command has failed. */
  readonly signal: AbortSignal;
  /** Ends what is still under way. */
  stop(): void;
  wasInterrupted(): boolean;
  comeBack(id: string): ComeBack;
}

/** Attempts of a command that does not wait, while the api is away: about ten seconds. */
export const ATTEMPTS = 6;

/** Exit code of a command that Ctrl-C ended. */
export const INTERRUPTED = 130;

/** @param maxAttempts how often to ask an api that is away. Default: as often as it takes. */
export async function openSession(
  options: SessionOptions,
  maxAttempts = Number.POSITIVE_INFINITY,
): Promise<Session> {
  const progress = new Progress();
  const controller = new AbortController();
  let interrupted = false;
  void untilInterrupted().then(() => {
    interrupted = true;
    controller.abort();
  });
  const { client } = await connect(options, {
    signal: controller.signal,
    maxAttempts,
    onOutage: ({ message }) => progress.say(`${message} Trying until it is back; nothing is lost.`),
    onRecovery: () => progress.say("The api is back."),
  });
  return {
    client,
    progress,
    signal: controller.signal,
    stop: () => controller.abort(),
    wasInterrupted: () => interrupted,
    comeBack: (id) => new ComeBack(id, options),
  };
}
