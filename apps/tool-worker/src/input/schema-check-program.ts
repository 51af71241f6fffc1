import { z } from "zod";
import type { HostProgram } from "../host/host-program.js";
import { createSchemaCheck, type SchemaCheck } from "./schema-check.js";

/** The schema is sent as JSON, which is also the key of its compiled check. */
export const schemaCallSchema = z.object({ schema: z.string(), value: z.unknown().optional() });

/** Compiled checks that are kept, some kilobytes each; there are rarely more than a hundred schemas. */
const MAX_CHECKS = 1_000;

/** Checks values against JSON Schemas, in a thread that can be ended. */
export async function start(): Promise<HostProgram> {
  const checks = new Map<string, SchemaCheck>();
  const checkOf = (schema: string): SchemaCheck => {
    const known = checks.get(schema);
    if (known) return known;
    const check = createSchemaCheck(JSON.parse(schema));
    if (checks.size >= MAX_CHECKS) checks.clear();
    checks.set(schema, check);
    return check;
  };
  return {
    info: {},
    run: async (call) => {
      const { schema, ...rest } = schemaCallSchema.parse(call);
      const check = checkOf(schema);
      return "value" in rest ? check(rest.value) : undefined;
    },
  };
}
