import { AnswerTooLongError } from "../errors.js";

/**
 * The text of a body, as UTF-8.
 *
 * @throws {AnswerTooLongError} as soon as it is longer; the rest is not read.
 */
export async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.byteLength;
    if (bytes > maxBytes) throw new AnswerTooLongError(maxBytes);
    parts.push(part);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}

/** Ends a body with an error when it is longer. */
export function limitBytes(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(part, controller) {
      bytes += part.byteLength;
      if (bytes > maxBytes) throw new AnswerTooLongError(maxBytes);
      controller.enqueue(part);
    },
  });
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Ends a stream of server-sent events with an error when one event is longer: the stream itself may go on forever, but
 * whoever reads it keeps an event until it is whole.
 */
export function limitEvents(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  let isEmptyLine = true;
  return new TransformStream({
    transform(part, controller) {
      for (const byte of part) {
        if (++bytes > maxBytes) throw new AnswerTooLongError(maxBytes, "an event of the stream");
        if (byte === LINE_FEED) {
          if (isEmptyLine) bytes = 0;
          isEmptyLine = true;
        } else if (byte !== CARRIAGE_RETURN) isEmptyLine = false;
      }
      controller.enqueue(part);
    },
  });
}
