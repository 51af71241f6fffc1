import { crashPolicySchema, jsonSchemaSchema, toolInputSchema } from "@bullpen/contracts";
import { z } from "zod";

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
    timeoutSeconds: z.number().min(1).max(3_600).default(30),
    concurrency: z.int().min(1).max(256).default(4),
    rateLimit: z.strictObject({ calls: z.int().min(1), perSeconds: z.number().positive() }).optional(),
    resultTokens: z.int().min(16).max(100_000).default(1_000),
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
