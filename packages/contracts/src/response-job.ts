import { z } from "zod";

/** What a query that answers `POST /v1/responses` keeps of its request, for the response and what continues it. */
export const responseJobSchema = z.object({
  /** What the request gave the model, as the list of its input items shows it. Default: not kept, as of a batch's line. */
  input: z.array(z.record(z.string(), z.unknown())).optional(),
  /** System messages of the conversation that are no instructions: they also hold for the responses that continue it. */
  system: z.array(z.string()).optional(),
  /** Whether the caller has left and asks for the response later. */
  background: z.boolean(),
  /** Whether the response can be read and continued by its id. */
  store: z.boolean(),
  /** The MCP servers whose tools the request lists, with the names of the tools. */
  servers: z.array(z.object({ label: z.string(), tools: z.array(z.string()) })).optional(),
  /** Fields of the request that the response repeats. */
  echo: z.record(z.string(), z.unknown()),
});
export type ResponseJob = z.output<typeof responseJobSchema>;
