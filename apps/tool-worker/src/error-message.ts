/** An error's text is told to a model or written to a log: what is longer says no more. */
const MAX_CHARACTERS = 8_000;
const MAX_CAUSES = 5;

/**
 * The message of whatever was thrown, an Error or not, and of errors such as `fetch failed` what lies behind
 * them. It never throws, whatever the value does when it is looked at.
 */
export function errorMessage(error: unknown): string {
  const parts: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < MAX_CAUSES && current !== undefined; depth++) {
    const link = current;
    const text = attempt(() => messageOf(link)) ?? (depth === 0 ? attempt(() => textOf(link)) : undefined);
    if (text && !parts.some((part) => part.includes(text))) parts.push(text);
    current = attempt(() => (link instanceof Error ? link.cause : undefined));
  }
  return parts.join(": ").slice(0, MAX_CHARACTERS) || "an error without a message";
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
