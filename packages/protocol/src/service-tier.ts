import { type AgentJob, type ServiceTier, serviceTierSchema } from "@bullpen/contracts";
import { z } from "zod";

const ADVICE = 'must be "auto", "default", "flex" or "priority"';

/** `scale` is capacity that OpenAI sells in advance: a label here. */
const ASKED = ["auto", ...serviceTierSchema.options, "scale"] as const;

/** What a request says of how urgent it is. */
export const serviceTierParameter = z
  .enum(ASKED, ADVICE)
  .optional()
  .describe(
    "`priority` precedes your own other work, `flex` after everybody's that is not flex; other tenants' share is the same. `auto` is `default`.",
  );

/** The tier in an answer. */
export const serviceTierViewSchema = serviceTierSchema.describe(
  "How the request was treated: `default` where it asked for `auto`.",
);

/** The tier of a job; nothing where the request says nothing. */
export function toServiceTier(asked: (typeof ASKED)[number] | undefined): { service_tier?: ServiceTier } {
  if (asked === undefined || asked === "scale") return {};
  return { service_tier: asked === "auto" ? "default" : asked };
}

/** As an answer has it: where the request named one. */
export function tierOf({ service_tier }: Pick<AgentJob, "service_tier">): { service_tier?: ServiceTier } {
  return service_tier === undefined ? {} : { service_tier };
}
