import { REDACTED, redact } from "./redact.js";

/** Deeper values are left out of what is logged. */
const MAX_DEPTH = 8;

/** Fields whose value is a secret, however it looks. */
const SECRET_FIELD =
  /(password|passwd|secret|authorization|cookie|api[-_]?key|access[-_]?key|credentials?|token)$/i;

/** A copy of a value for the log: its texts redacted, its errors as plain objects. */
export function redactValue(value: unknown): unknown {
  return copy(value, MAX_DEPTH);
}

function copy(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return "…";
  if (value instanceof Error) return serializeError(value, depth);
  if (Array.isArray(value)) return withoutCredentials(value).map((item) => copy(item, depth - 1));
  if ("toJSON" in value && typeof value.toJSON === "function") return copy(value.toJSON(), depth - 1);
  return copyFields(Object.entries(value), depth);
}

function copyFields(fields: readonly [string, unknown][], depth: number): Record<string, unknown> {
  return Object.fromEntries(
    fields.map(([name, field]) => [
      name,
      typeof field === "string" && SECRET_FIELD.test(name) ? REDACTED : copy(field, depth - 1),
    ]),
  );
}

/** The arguments of a command of Redis: up to two after AUTH are credentials. */
function withoutCredentials(items: readonly unknown[]): readonly unknown[] {
  const auth = items.findIndex((item) => typeof item === "string" && /^auth2?$/i.test(item));
  return auth < 0 ? items : items.map((item, i) => (i === auth + 1 || i === auth + 2 ? REDACTED : item));
}

/**
 * An error as an object to log: type, message, stack, causes, and those of its own fields that are plain
 * values. Objects that hang on it are left out: the command of an ioredis error has the password among its
 * arguments, the request of an HTTP error has its headers.
 */
function serializeError(error: Error, depth: number = MAX_DEPTH): Record<string, unknown> {
  const plain = Object.entries(error).filter(
    ([name, field]) => !HANDLED.has(name) && ["string", "number", "boolean"].includes(typeof field),
  );
  const command: unknown = "command" in error ? error.command : undefined;
  return {
    type: error.constructor.name,
    message: redact(error.message),
    stack: redact(error.stack ?? ""),
    ...copyFields(plain, depth),
    ...(typeof command === "object" && command !== null && "name" in command
      ? { command: copy(command.name, depth - 1) }
      : {}),
    ...(error.cause !== undefined && { cause: copy(error.cause, depth - 1) }),
    ...(error instanceof AggregateError && { errors: copy(error.errors, depth - 1) }),
  };
}

const HANDLED: ReadonlySet<string> = new Set(["message", "stack", "cause", "errors", "command"]);

/** An error for standard error: its stack and those of its causes, redacted. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return redact(String(error));
  const own = redact(error.stack ?? `${error.name}: ${error.message}`);
  return error.cause === undefined ? own : `${own}\nCaused by: ${describeError(error.cause)}`;
}

/**
 * Takes secrets out of an error that goes on its way, in place: its class and identity stay. For errors
 * whose message somebody else keeps, such as a job's `failedReason`.
 */
export function redactError<Thrown>(error: Thrown): Thrown {
  if (!(error instanceof Error)) return error;
  const { stack } = error;
  error.message = redact(error.message);
  if (stack !== undefined) error.stack = redact(stack);
  return error;
}
