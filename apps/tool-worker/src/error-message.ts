/** An error's text is told to a model or written to a log: what is longer says no more. */
const MAX_CHARACTERS = 8_000;

/**
 * The message of whatever was thrown, an Error or not, and of `fetch failed` what lies behind it. It never
 * throws, whatever the value does when it is looked at.
 */
export function errorMessage(error: unknown): string {
  const message = attempt(() => messageOf(error)) ?? attempt(() => textOf(error));
  const cause = attempt(() => (error instanceof Error ? messageOf(error.cause) : undefined));
  const text = [message, cause !== undefined && !message?.includes(cause) ? cause : undefined]
    .filter((part) => part !== undefined && part !== "")
    .join(": ");
  return text.slice(0, MAX_CHARACTERS) || "an error without a message";
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

function attempt(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
