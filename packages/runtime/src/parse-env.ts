import { isSecretSetting, registerSettings } from "@bullpen/contracts";
import { z } from "zod";
import { hostListSetting } from "./host-name.js";
import { StartupError } from "./startup-error.js";

/**
 * Reads a process's settings. Empty variables count as unset. What is secret among them, and in the rest of
 * the environment, is registered with the redactor.
 *
 * @throws {StartupError} naming every variable that is at fault, its value unless that is secret, and what
 * is wrong with it.
 */
export function parseEnv<Schema extends z.ZodType>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  registerSettings(env);
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const name = issue.path.join(".");
    const value = present[name];
    return value === undefined || isSecretSetting(name)
      ? `${name}: ${issue.message}`
      : `${name}=${value}: ${issue.message}`;
  });
  throw new StartupError(`Bad setting in the environment:\n  ${lines.join("\n  ")}`);
}

/** A TCP port; 0 lets the system pick a free one. */
export const portSetting = z.coerce
  .number("must be a port number, 0 to 65535")
  .int("must be a port number, 0 to 65535")
  .min(0, "must be a port number, 0 to 65535")
  .max(65_535, "must be a port number, 0 to 65535");

/** A whole number of at least `min`. */
export function countSetting(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(message).int(message).min(min, message).max(max, message);
}

/** How a process is told to stop, and when it is taken for stuck. */
export const supervisionSettings = {
  /** Time that work in flight gets to finish when the process is told to stop. */
  SHUTDOWN_GRACE_SECONDS: countSetting(0, 3_600).default(10),
  /**
   * A process whose event loop stands still for so long is killed, so that it is started again; 0: never. Nothing
   * of ours holds the loop up for a second. Jobs have moved on by then: their locks last 10 s.
   */
  WATCHDOG_SECONDS: countSetting(0, 86_400).default(30),
};

/** Settings that every process has. */
export const commonSettings = {
  ...supervisionSettings,
  /** `redis://` or `rediss://` URL, or the path of a Unix socket. */
  REDIS_URL: z.string().default("redis://127.0.0.1:6379"),
  /** The address that the process listens on; `0.0.0.0` opens it to the network. */
  HOST: z.string().default("127.0.0.1"),
  /** Names that requests may call this machine by, besides localhost, its own and IP addresses. */
  ALLOWED_HOSTS: hostListSetting.default([]),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
};
