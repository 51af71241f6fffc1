import { Ajv, type ErrorObject, type Options } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { fullFormats } from "ajv-formats/dist/formats.js";

type Schema = Readonly<Record<string, unknown>>;

/** Says what is wrong with a value; `undefined` if it fits. */
export type SchemaCheck = (value: unknown) => string | undefined;

const OPTIONS: Options = {
  // Keywords and formats that are not JSON Schema's say nothing, as its specification has it.
  strict: false,
  logger: false,
  formats: fullFormats,
  // A schema may refer to parts that refer to parts: inlined, they would grow by powers of two.
  inlineRefs: false,
  ownProperties: true,
  // 0.3 is a multiple of 0.1.
  multipleOfPrecision: 9,
};

const MODERN = new Ajv2020(OPTIONS);
const CLASSIC = new Ajv(OPTIONS);

/**
 * Compiles a JSON Schema of the dialect 2020-12, or of draft 7 where it says so or can only be that.
 *
 * @throws {Error} if it is not valid, or refers to what is not in it.
 */
export function compileSchema({ $schema, $id: _, ...schema }: Schema): SchemaCheck {
  if (typeof $schema === "string" && $schema.includes("draft-0")) return compileWith(CLASSIC, schema);
  try {
    return compileWith(MODERN, schema);
  } catch (error) {
    if ($schema !== undefined) throw error;
    try {
      return compileWith(CLASSIC, schema);
    } catch {
      throw error;
    }
  }
}

function compileWith(ajv: Ajv | Ajv2020, schema: Schema): SchemaCheck {
  try {
    const validate = ajv.compile(schema);
    return (value) => {
      if (validate(value)) return undefined;
      const [error] = validate.errors ?? [];
      return error ? describe(error) : "it does not fit";
    };
  } finally {
    // Compiled schemas would be kept for good.
    ajv.removeSchema(schema);
  }
}

/** Texts of a list of allowed values that a model is shown. */
const MAX_SHOWN = 500;

function describe({ instancePath, message = "does not fit", keyword, params }: ErrorObject): string {
  const at = instancePath === "" ? "the value" : instancePath.slice(1);
  return `${at} ${message}${detail(keyword, params)}`;
}

function detail(keyword: string, params: Readonly<Record<string, unknown>>): string {
  const value =
    keyword === "enum"
      ? params.allowedValues
      : keyword === "const"
        ? params.allowedValue
        : (params.additionalProperty ?? params.unevaluatedProperty);
  if (value === undefined) return "";
  const shown = JSON.stringify(value);
  return `: ${shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown}`;
}
