import type { JsonSchema } from "@bullpen/contracts";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";

/** Says what is wrong with a value, as a clause such as `input/days must be integer`. `undefined` if it fits. */
export type SchemaCheck = (value: unknown) => string | undefined;

/** @throws {Error} if the schema is not valid. */
export function createSchemaCheck(schema: JsonSchema): SchemaCheck {
  const validate = new AjvJsonSchemaValidator().getValidator(schema);
  return (value) => {
    const result = validate(value);
    return result.valid ? undefined : result.errorMessage.replace(/\bdata(?=[/ ])/g, "input");
  };
}
