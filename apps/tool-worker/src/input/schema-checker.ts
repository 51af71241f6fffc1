import type { JsonSchema } from "@bullpen/contracts";
import type { HostLogger } from "../host/host-program.js";
import { ToolHost } from "../host/tool-host.js";

/** The end of a check: `fits`, `fault` (the value is wrong), `unreadable` (the schema is wrong) or `late`. */
export type CheckEnd =
  | { readonly type: "fits" }
  | { readonly type: "unreadable"; readonly reason: string }
  | { readonly type: "fault"; readonly fault: string }
  | { readonly type: "late" };

/** Time limit of a check. Checks take milliseconds, or never end. */
export const CHECK_MS = 5_000;

/**
 * Checks values against the schemas of tools. A `pattern` that backtracks may never end, so checks run in threads that
 * can be ended: such a check costs its own call.
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

  /** What is wrong with a schema. Undefined if nothing is. */
  async faultOf(schema: JsonSchema): Promise<string | undefined> {
    const end = await this.#run({ schema: JSON.stringify(schema) }, new AbortController().signal);
    return end.type === "unreadable" ? end.reason : undefined;
  }

  /**
   * Checks whether a value fits a tool's schema, given as JSON. A schema that cannot be read is logged once per tool.
   * Rejects with the signal's reason.
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
    this.#started ??= this.#host.start().catch(() => {}); // the host keeps trying, and the call reports a failure
    const end = await this.#host.run(call, CHECK_MS, signal);
    if (end.type === "done") {
      return typeof end.result === "string" ? { type: "fault", fault: end.result } : { type: "fits" };
    }
    if (end.type === "late") return end;
    return { type: "unreadable", reason: end.reason };
  }
}
