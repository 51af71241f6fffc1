/**
 * How a server reads what the OpenAI protocol leaves open.
 * The first value of each is what the protocol says or most servers do.
 */
export interface OpenAiDialect {
  /**
   * How a reply is held to a JSON schema. `json_schema`: OpenAI's `response_format`, also vLLM, SGLang,
   * llama-server and newer TGI; `guided_json`: older vLLM; `json_value`: older TGI.
   */
  readonly structuredOutput: "json_schema" | "guided_json" | "json_value";
  /** Whether it takes sampling parameters that OpenAI does not have: `top_k`, `min_p`, repetition penalty. */
  readonly extensions: boolean;
  /** Whether the model's chat template has system messages. Mixtral's does not. */
  readonly systemRole: boolean;
  /** Whether it takes a `top_p` of 1, which keeps all tokens; TGI does not. */
  readonly fullTopP: boolean;
}

const VALUES = {
  structuredOutput: ["json_schema", "guided_json", "json_value"],
  extensions: [true, false],
  systemRole: [true, false],
  fullTopP: [true, false],
} as const;

/** All dialects, those that deviate least from the protocol first. */
export const DIALECTS: readonly OpenAiDialect[] = VALUES.structuredOutput
  .flatMap((structuredOutput) =>
    VALUES.extensions.flatMap((extensions) =>
      VALUES.systemRole.flatMap((systemRole) =>
        VALUES.fullTopP.map((fullTopP) => ({ structuredOutput, extensions, systemRole, fullTopP })),
      ),
    ),
  )
  .sort((a, b) => deviations(a) - deviations(b));

function deviations(dialect: OpenAiDialect): number {
  const { structuredOutput, extensions, systemRole, fullTopP } = dialect;
  return [structuredOutput === "json_schema", extensions, systemRole, fullTopP].filter((usual) => !usual)
    .length;
}
