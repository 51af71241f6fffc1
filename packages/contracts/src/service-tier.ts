import { z } from "zod";

/** How urgent a query is. `default` where nothing is said. */
export const serviceTierSchema = z.enum(["priority", "default", "flex"]);
export type ServiceTier = z.output<typeof serviceTierSchema>;
