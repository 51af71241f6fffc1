import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { errorMessage } from "@bullpen/base";

/** A log that is longer than this is moved aside as `<path>.1`, in the place of an older one. */
const MAX_BYTES = 64 * 2 ** 20;

/**
 * A log file that never fails its writer. On a full disk text is lost; a line says how much once there is room again.
 * Writes are synchronous: no queue grows while the disk is full.
 */
export class LogFile {
  readonly #path: string;
  readonly #maxBytes: number;
  #descriptor: number | undefined;
  #bytes = 0;
  #lostBytes = 0;
  #reason = "";

  constructor(path: string, maxBytes = MAX_BYTES) {
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  write(chunk: Uint8Array): void {
    try {
      if (this.#lostBytes > 0) this.#append(Buffer.from(`\n${this.#lossRecord()}\n`));
      this.#lostBytes = 0;
    } catch {
      this.#lostBytes += chunk.length;
      return;
    }
    try {
      this.#append(chunk);
    } catch (error) {
      this.#lostBytes += chunk.length;
      this.#reason = errorMessage(error);
    }
  }

  end(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #append(bytes: Uint8Array): void {
    if (this.#bytes >= this.#maxBytes) {
      this.end();
      renameSync(this.#path, `${this.#path}.1`);
    }
    if (this.#descriptor === undefined) {
      mkdirSync(dirname(this.#path), { recursive: true });
      this.#descriptor = openSync(this.#path, "a");
      this.#bytes = fstatSync(this.#descriptor).size;
    }
    for (let written = 0; written < bytes.length; ) {
      const count = writeSync(this.#descriptor, bytes, written);
      written += count;
      this.#bytes += count;
    }
  }

  #lossRecord(): string {
    const msg = `${this.#lostBytes} bytes of this log were lost (${this.#reason})`;
    return JSON.stringify({ level: 40, time: new Date().toISOString(), msg });
  }
}
