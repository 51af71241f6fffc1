/** The text goes to a model or a log; no useful message is longer. */
const MAX_CHARACTERS = 8_000;
/** Causes of causes can form a circle. */
const MAX_CAUSES = 5;

/**
 * The message of whatever foreign code threw, an Error or not, followed by the messages of its causes: `fetch failed`
 * alone says nothing. It never throws, whatever the value does when it is read. For errors of Bullpen's own code
 * `errorMessage` of `@bullpen/base` is enough.
 */
export function thrownMessage(error: unknown): string {
  const first = attempt(() => messageOf(error)) ?? attempt(() => textOf(error));
  const parts = first ? [first] : [];
  let cause = causeOf(error);
  for (let depth = 1; depth < MAX_CAUSES && cause !== undefined; depth++) {
    const link = cause;
    const text = attempt(() => messageOf(link));
    if (text && !parts.some((part) => part.includes(text))) parts.push(text);
    cause = causeOf(link);
  }
  return parts.join(": ").slice(0, MAX_CHARACTERS) || "an error without a message";
}

function causeOf(error: unknown): unknown {
  return attempt(() => (error instanceof Error ? error.cause : undefined));
}

function messageOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("message" in error)) return undefined;
  const { message } = error;
  return typeof message === "string" && message.trim() !== "" ? message : undefined;
}

function textOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return String(value);
  const written = String(value);
  return written === "[object Object]" ? JSON.stringify(value) : written;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
