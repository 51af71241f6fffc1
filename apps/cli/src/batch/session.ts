import { BatchClient } from "../api/batch-client.js";
import { findApi } from "../api/find-api.js";
import { Outage } from "../api/retry.js";
import { readEnv } from "../env.js";
import { untilInterrupted } from "../interrupts.js";
import { Progress } from "../progress.js";
import { ComeBack } from "./come-back.js";

export interface SessionOptions {
  readonly url?: string;
}

/** What a command on batches works with. */
export interface Session {
  readonly client: BatchClient;
  /** On standard error: standard output is for ids and results. */
  readonly progress: Progress;
  /** Aborts at Ctrl-C, and when the command has failed. */
  readonly signal: AbortSignal;
  /** Ends what is still under way. */
  stop(): void;
  wasInterrupted(): boolean;
  comeBack(id: string): ComeBack;
}

/** Exit code of a command that Ctrl-C ended. */
export const INTERRUPTED = 130;

/** @param attempts how often to ask an api that is away; default: as often as it takes. */
export async function openSession({ url }: SessionOptions, attempts?: number): Promise<Session> {
  const progress = new Progress();
  const controller = new AbortController();
  let interrupted = false;
  void untilInterrupted().then(() => {
    interrupted = true;
    controller.abort();
  });
  const client = new BatchClient({
    url: await findApi(url, readEnv()),
    signal: controller.signal,
    outage: new Outage((message) => progress.say(message)),
    ...(attempts !== undefined && { attempts }),
  });
  return {
    client,
    progress,
    signal: controller.signal,
    stop: () => controller.abort(),
    wasInterrupted: () => interrupted,
    comeBack: (id) => new ComeBack(id, url),
  };
}
