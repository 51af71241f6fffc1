import { z } from "zod";
import { modelNameSchema } from "./model-name.js";

/** A call of the caller's own tool as a job, child of its query's job, which the caller finishes. */
export const callerCallSchema = z.object({
  tenant: z.string(),
  model: modelNameSchema,
  query_id: z.string(),
  step: z.int(),
  tool_name: z.string(),
  /** A JSON object, as the model wrote it. */
  arguments: z.string(),
  /** The caller's own name for the query. */
  custom_id: z.string().optional(),
  /** Seconds after which the model is told that there is no result. Default: never. */
  timeout_seconds: z.number().optional(),
});
export type CallerCall = z.infer<typeof callerCallSchema>;
