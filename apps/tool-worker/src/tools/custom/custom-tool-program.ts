import { pathToFileURL } from "node:url";
import type { CustomTool } from "@bullpen/tool-sdk";
import type { HostProgram } from "../../host/host-program.js";
import { thrownMessage } from "../../host/thrown-message.js";
import { cutToTokens } from "../../serving/cut-to-tokens.js";
import { guardedFetch } from "./guarded-fetch.js";
import { prepareLoader } from "./sdk-fallback.js";

// Every tool's process loads these imports, so there are no schemas: the tool-worker validates the messages.

export interface CustomToolSettings {
  readonly file: string;
  /** Networks and hosts that its `fetch` may reach besides public addresses. */
  readonly allowed: readonly string[];
}

export interface CustomToolCall {
  readonly input: unknown;
  readonly resultTokens: number;
}

/** The outcome of a call: the result as a text, or the message of the error that the tool threw. */
export type CustomToolResult = { readonly text: string } | { readonly error: string };

/**
 * Loads a custom tool and runs its calls. Its info is the module's default export, in which `run` is only whether it is a
 * function. Rejects with a clause that says what is wrong with the module.
 */
export async function start(settings: unknown): Promise<HostProgram> {
  // Casts, here and below: the tool-worker sends these types.
  const { file, allowed } = settings as CustomToolSettings;
  const fetchFor = guardedFetch(allowed);
  prepareLoader();
  const exported = await load(file);
  return {
    info: infoOf(exported),
    run: async (call, signal): Promise<CustomToolResult> => {
      const { input, resultTokens } = call as CustomToolCall;
      try {
        const result: unknown = await (exported as CustomTool<unknown>).run(input, {
          signal,
          fetch: fetchFor(signal),
        });
        return { text: cutToTokens(resultText(result), resultTokens) };
      } catch (error) {
        return { error: cutToTokens(thrownMessage(error), resultTokens) };
      }
    },
  };
}

async function load(file: string): Promise<unknown> {
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    throw new Error(`it cannot be loaded: ${thrownMessage(error)}`);
  }
  if (module.default === undefined) throw new Error("it has no default export");
  return module.default;
}

const FIELDS: readonly (keyof CustomTool)[] = [
  "name",
  "description",
  "inputSchema",
  "example",
  "crashPolicy",
  "repeatable",
  "timeoutSeconds",
  "concurrency",
  "rateLimit",
  "resultTokens",
  "run",
];

/** The fields of the export: its own properties, and those that it inherits from a class. */
function infoOf(exported: unknown): unknown {
  if (typeof exported !== "object" || exported === null) return String(exported);
  const named = FIELDS.filter((field) => field in exported).map((field) => [
    field,
    Reflect.get(exported, field),
  ]);
  const info: Record<string, unknown> = { ...exported, ...Object.fromEntries(named) };
  try {
    return JSON.parse(JSON.stringify({ ...info, run: typeof info.run === "function" }));
  } catch (error) {
    throw new Error(`its default export cannot be written as JSON (${thrownMessage(error)})`);
  }
}

/** A text as it is, anything else as JSON. */
function resultText(result: unknown): string {
  if (typeof result === "string") return result;
  if (typeof result === "bigint") return String(result);
  try {
    return JSON.stringify(result) ?? "";
  } catch (error) {
    throw new Error(`the tool's result cannot be written as JSON (${thrownMessage(error)})`);
  }
}
