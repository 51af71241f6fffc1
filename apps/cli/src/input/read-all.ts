import { addAbortSignal } from "node:stream";
import { StartupError } from "@bullpen/runtime";
import { type Input, whyUnreadable } from "./open-input.js";

interface ReadAllOptions {
  readonly signal?: AbortSignal;
  /** Called with the number of bytes read so far. */
  readonly onRead?: (bytes: number) => void;
}

/** The bytes of an input. @throws {StartupError} that says why it cannot be read. */
export async function* readAll(
  input: Input,
  { signal, onRead }: ReadAllOptions = {},
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  const source = input.open();
  try {
    for await (const part of signal ? addAbortSignal(signal, source) : source) {
      const chunk = part as Uint8Array; // a stream without an encoding gives bytes
      bytes += chunk.byteLength;
      onRead?.(bytes);
      yield chunk;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new StartupError(whyUnreadable(input.name, error));
  }
}
