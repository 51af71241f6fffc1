import type { JsonSchema } from "@bullpen/contracts";
import type { HostLogger } from "../host/host-program.js";
import { ToolHost } from "../host/tool-host.js";

/** What came of a check: `fault` says what is wrong, `unreadable` is the schema, `late` that it took too long. */
export type CheckEnd =
  | { readonly type: "fits" }
  | { readonly type: "unreadable"; readonly reason: string }
  | { readonly type: "fault"; readonly fault: string }
  | { readonly type: "late" };

/** Time that a check may take. All but those that never end take some milliseconds. */
export const CHECK_MS = 5_000;

/**
 * Checks values against the schemas of tools. A `pattern` that backtracks takes longer than anybody lives,
 * so checks run in threads that are ended: one that does not end costs its own call.
 */
export class SchemaChecker {
  readonly #logger: HostLogger;
  readonly #host: ToolHost;
  readonly #unreadable = new Set<string>();
  #started: Promise<unknown> | undefined;

  constructor({ logger }: { readonly logger: HostLogger }) {
    this.#logger = logger;
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
    return end.type === "unreadable" ? end.reason : undefined;
  }

  /**
   * Whether a value fits a tool's schema, given as its JSON. A schema that cannot be read is told to the log,
   * once. Rejects with the signal's reason.
   */
  async check(tool: string, schema: string, value: unknown, signal: AbortSignal): Promise<CheckEnd> {
    const end = await this.#run({ schema, value }, signal);
    if (end.type === "unreadable" && !this.#unreadable.has(tool)) {
      this.#unreadable.add(tool);
      this.#logger.warn(
        { tool, reason: end.reason },
        "a tool's schema cannot be read, so nothing is checked",
      );
    }
    return end;
  }

  close(): Promise<void> {
    return this.#host.stop();
  }

  async #run(call: unknown, signal: AbortSignal): Promise<CheckEnd> {
    this.#started ??= this.#host.start().catch(() => {}); // it is tried on, and the call tells
    const end = await this.#host.run(call, CHECK_MS, signal);
    if (end.type === "done") {
      return typeof end.result === "string" ? { type: "fault", fault: end.result } : { type: "fits" };
    }
    if (end.type === "late") return end;
    return { type: "unreadable", reason: end.reason };
  }
}
