import type { JsonSchema } from "@bullpen/contracts";
import type { Logger } from "@bullpen/runtime";
import { ToolHost } from "./host/tool-host.js";

/** What came of a check: `fault` says what is wrong, `late` that it took too long. */
export type CheckEnd =
  | { readonly type: "fits" }
  | { readonly type: "fault"; readonly fault: string }
  | { readonly type: "late" };

/** Time that a check may take. All but those that never end take some milliseconds. */
export const CHECK_MS = 5_000;

/**
 * Checks values against the schemas of tools. A `pattern` that backtracks takes longer than anybody lives,
 * so checks run in threads that are ended: one that does not end costs its own call.
 */
export class SchemaChecker {
  readonly #host: ToolHost;
  #started: Promise<unknown> | undefined;

  constructor({ logger }: { readonly logger: Logger }) {
    this.#host = new ToolHost({
      owner: { host: "schema checks" },
      module: new URL("./schema-check-program.js", import.meta.url),
      settings: undefined,
      vehicle: "thread",
      isExclusive: true,
      spare: 2,
      heapMiB: 128,
      logger,
    });
  }

  /** Why a schema is none, if so. */
  async faultOf(schema: JsonSchema): Promise<string | undefined> {
    const end = await this.#run({ schema: JSON.stringify(schema) }, new AbortController().signal);
    return end.type === "fault" ? end.fault : undefined;
  }

  /** Whether a value fits a schema, given as its JSON. Rejects with the signal's reason. */
  check(schema: string, value: unknown, signal: AbortSignal): Promise<CheckEnd> {
    return this.#run({ schema, value }, signal);
  }

  close(): Promise<void> {
    return this.#host.stop();
  }

  async #run(call: unknown, signal: AbortSignal): Promise<CheckEnd> {
    this.#started ??= this.#host.start().catch(() => {}); // it is tried on, and the call tells
    const end = await this.#host.run(call, CHECK_MS, signal);
    switch (end.type) {
      case "done":
        return typeof end.result === "string" ? { type: "fault", fault: end.result } : { type: "fits" };
      case "failed":
        return { type: "fault", fault: end.reason };
      case "late":
        return { type: "late" };
      default:
        throw new Error(`the schema cannot be checked (${end.reason})`);
    }
  }
}
