import { toChatParameters } from "@bullpen/client";
import { jsonLine, type ServiceTier, withoutNulls } from "@bullpen/contracts";
import { parseRequest, queryRequestSchema } from "@bullpen/protocol";
import { z } from "zod";

/** A question as a line of a file asks it: the fields of `POST /v1/queries`, and instructions of its own. */
const questionSchema = queryRequestSchema.extend({ system: z.string().min(1).optional() });
type Question = z.input<typeof questionSchema>;

/** Values for lines that do not set them. */
export interface Defaults {
  readonly model?: string | undefined;
  readonly tools?: string[] | undefined;
  readonly max_steps?: number | undefined;
  readonly votes?: number | undefined;
  readonly service_tier?: ServiceTier | undefined;
}

/**
 * A question as a line of a batch in the OpenAI form.
 *
 * @param customId the name of a question that has none.
 * @throws {ApiError} that names the field at fault.
 */
export function toBatchLine(value: object, customId: string, defaults: Defaults): string {
  // Only for its errors: the server fills in what a line leaves open.
  parseRequest(questionSchema, { ...defaults, ...value });
  const given = withoutNulls(value) as object; // an object stays one
  // In a schema `null` says something.
  const format = "response_format" in value ? { response_format: value.response_format } : {};
  const whole = { ...defaults, ...given, ...format } as Question; // as the schema says
  const body = toChatParameters(whole);
  return jsonLine({
    custom_id: whole.custom_id ?? customId,
    method: "POST",
    url: "/v1/chat/completions",
    body,
  });
}
