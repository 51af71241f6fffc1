import type { ChildProcess } from "node:child_process";

/** What a supervisor asks of its child over the IPC channel, and what the child answers. */
interface PingMessage {
  readonly type: "ping";
}
export interface PongMessage {
  readonly type: "pong";
}

export interface WatchAnswersOptions {
  readonly child: ChildProcess;
  /** How long the child may leave a ping without an answer. */
  readonly patienceSeconds: number;
  /** Called once, when it has not answered for so long. */
  readonly onSilence: (seconds: number) => void;
}

/** Between a ping's answer and the next ping. */
const PING_MS = 1_000;

/**
 * A process that has not answered yet is being loaded, from a slow disk perhaps: it may take so many times as
 * long before its first answer.
 */
const FIRST_ANSWER_FACTOR = 4;

/**
 * Asks a child once a second whether its event loop turns. It counts its own ticks and not the clock: while this
 * process is stopped itself, the child's silence means nothing.
 *
 * @returns ends the watch.
 */
export function watchAnswers({ child, patienceSeconds, onSilence }: WatchAnswersOptions): () => void {
  let silence = 0;
  let patience = patienceSeconds * FIRST_ANSWER_FACTOR;
  let isAsked = false;
  const onMessage = () => {
    silence = 0; // whatever it says, it lives
    patience = patienceSeconds;
    isAsked = false;
  };
  const timer = setInterval(() => {
    silence++;
    if (silence > patience) {
      end();
      onSilence(patience);
    } else if (!isAsked) {
      isAsked = true;
      child.send({ type: "ping" } satisfies PingMessage, () => {}); // one that just died gets nothing
    }
  }, PING_MS);
  timer.unref();
  const end = () => {
    clearInterval(timer);
    child.off("message", onMessage);
  };
  child.on("message", onMessage);
  child.once("exit", end);
  return end;
}
