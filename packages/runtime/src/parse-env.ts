import { isSecretSetting, registerPairs, registerSettings } from "@bullpen/contracts";
import { z } from "zod";
import { hostListSetting } from "./host-name.js";
import { readSecretFiles, registerFilesOf, secretSettings } from "./secret-files.js";
import { StartupError } from "./startup-error.js";

/**
 * Reads a process's settings. Empty variables count as unset. Those that may be secret may be in files, named by
 * `NAME_FILE`. What is secret among them, and in the rest of the environment, is registered with the redactor.
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
  registerFilesOf(env);
  const files = readSecretFiles(schema, env);
  if (files.faults.length > 0) throw badSettings(files.faults);
  registerLists(schema, { ...present, ...files.values });
  const parsed = schema.safeParse({ ...present, ...files.values });
  if (parsed.success) return parsed.data;
  throw badSettings(
    parsed.error.issues.map((issue) => {
      const name = issue.path.join(".");
      if (files.values[name] !== undefined) return `${name}_FILE=${env[`${name}_FILE`]}: ${issue.message}`;
      const value = present[name];
      return value === undefined || isSecretSetting(name)
        ? `${name}: ${issue.message}`
        : `${name}=${value}: ${issue.message}`;
    }),
  );
}

/** Of settings that may be secret, lists of headers: neither their names nor their form say so. */
function registerLists(schema: z.ZodType, values: Readonly<Record<string, string | undefined>>): void {
  for (const name of secretSettings(schema)) {
    const value = values[name] ?? "";
    if (name.endsWith("_HEADERS") && value.includes("=")) registerPairs(value);
  }
}

function badSettings(lines: readonly string[]): StartupError {
  return new StartupError(`Bad setting in the environment:\n  ${lines.join("\n  ")}`);
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
  SHUTDOWN_GRACE_SECONDS: countSetting(0, 3_600)
    .default(10)
    .describe(
      "How long work in flight, and a client in the middle of a request, may take when a process is told to stop. A few seconds later it is cut short.",
    ),
  // Nothing of ours holds the loop up for a second, and jobs have moved on by then: their locks last 10 s.
  WATCHDOG_SECONDS: countSetting(0, 86_400)
    .default(30)
    .describe("A process whose event loop does not turn for so long is killed and started again. 0: never."),
};

/** Settings that every process has. */
export const commonSettings = {
  ...supervisionSettings,
  HOST: z
    .string()
    .default("127.0.0.1")
    .describe(
      "The address that the process listens on. `0.0.0.0` opens it to the network; the api then wants keys (`bullpen keys create`).",
    ),
  ALLOWED_HOSTS: hostListSetting.default([]).meta({
    description:
      "Names that requests may call a process by, besides `localhost`, the machine's own name and IP addresses: `bullpen.example.com,*.lan.example`, `*` for any.",
    defaultText: "none",
  }),
  LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
    .default("info")
    .describe("The least severe lines that are logged."),
  LOG_FORMAT: z.enum(["auto", "json", "pretty"], "must be auto, json or pretty").optional().meta({
    description:
      "How log lines are written: `json`, one object a line; `pretty`, for people. `auto`: pretty on a terminal, else JSON. The logs of `npm start` are files in JSON; with `pretty` it shows them on its terminal as well.",
    defaultText: "`auto`",
  }),
};
