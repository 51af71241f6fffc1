import { tenantSchema } from "@bullpen/contracts";
import { InvalidArgumentError } from "commander";

/** A tenant's name as an option's value. */
export function tenantArgument(text: string): string {
  const parsed = tenantSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`It ${parsed.error.issues[0]?.message}.`);
}
