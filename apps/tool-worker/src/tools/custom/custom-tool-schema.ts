import { crashPolicySchema, jsonSchemaSchema, toolInputSchema } from "@bullpen/contracts";
import { z } from "zod";
import { queueSettings, wholeNumber } from "../../serving/queue-settings.js";

/** The fields of a module's default export: `CustomTool` of `@bullpen/tool-sdk`. `run` is whether it is a function. */
export const customToolInfoSchema = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/,
        "use up to 64 letters, digits, spaces, dots, dashes and underscores",
      ),
    description: z.string().trim().min(1, "must not be empty"),
    inputSchema: jsonSchemaSchema.optional(),
    example: toolInputSchema.optional(),
    crashPolicy: crashPolicySchema.default("reuse"),
    repeatable: z.boolean("must be true or false").optional(),
    timeoutSeconds: queueSettings.timeoutSeconds.default(30),
    concurrency: queueSettings.concurrency.default(4),
    rateLimit: queueSettings.rateLimit.optional(),
    resultTokens: wholeNumber(16, 100_000).default(1_000),
    run: z.literal(true, "must be a function"),
  })
  .refine((tool) => tool.inputSchema !== undefined || typeof tool.example === "string", {
    path: ["example"],
    message: "must be a text, because there is no inputSchema",
  })
  .refine((tool) => tool.inputSchema === undefined || typeof tool.example !== "string", {
    path: ["example"],
    message: "must be an object, because there is an inputSchema",
  });
export type CustomToolInfo = z.output<typeof customToolInfoSchema>;
