import { z } from "zod";

/** What tokens cost at the server's prices. */
export const costSchema = z
  .object({ amount: z.number(), currency: z.string().describe("As ISO 4217 names it.") })
  .nullable()
  .describe("At the prices that the server is set to; null where it has none.");
