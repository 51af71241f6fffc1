import type { Socket } from "node:net";

/** Writes to a socket in order, each piece no earlier than its delay after it came. */
export class DelayedPipe {
  readonly #to: Socket;
  readonly #waiting: { bytes: Buffer; due: number }[] = [];

  constructor(to: Socket) {
    this.#to = to;
  }

  push(bytes: Buffer, delayMs: number): void {
    if (delayMs === 0 && this.#waiting.length === 0) {
      this.#to.write(bytes);
      return;
    }
    const due = Math.max(performance.now() + delayMs, this.#waiting.at(-1)?.due ?? 0);
    if (this.#waiting.push({ bytes, due }) === 1) this.#schedule();
  }

  #schedule(): void {
    const [head] = this.#waiting;
    if (head) setTimeout(() => this.#flush(), Math.max(0, head.due - performance.now()));
  }

  #flush(): void {
    for (;;) {
      const [head] = this.#waiting;
      if (!head || head.due > performance.now()) break;
      this.#waiting.shift();
      if (!this.#to.destroyed) this.#to.write(head.bytes);
    }
    this.#schedule();
  }
}
