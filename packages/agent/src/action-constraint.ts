import {
  FINAL_ANSWER,
  type ObjectConstraint,
  type ObjectShape,
  type PropertyValue,
  type ResponseFormat,
} from "@bullpen/contracts";

/** What the constraint of an action needs of a tool. */
export interface ActionTool {
  readonly name: string;
  /** Default: the tool takes a string. */
  readonly inputSchema?: Readonly<Record<string, unknown>> | undefined;
}

/** The longest name that a model may make up where names are open: a longer one is noise, and nearly no tool has one. */
const MAX_NAME_LENGTH = 64;

/** An action on a tool of any name, with a string as its input. */
const ANY_ACTION: ObjectShape = action(
  { type: "string", minLength: 1, maxLength: MAX_NAME_LENGTH },
  { type: "string" },
);

/** The final answer: a text, or JSON of a format. */
function finalAction(format: ResponseFormat | undefined): ObjectShape {
  const name = { type: "constant", text: FINAL_ANSWER } as const;
  return action(name, format ? { type: "json", schema: format.schema } : { type: "string" });
}

/**
 * One action on one of `tools`, or the final answer. Without tools any name is taken: all that the query may use are
 * gone, and the model is told so when it names one.
 *
 * @param options.mayAnswer whether the action may be the final answer. Default: it may.
 * @param options.format the JSON that the answer has to be. Default: it is text.
 */
export function actionConstraint(
  tools: readonly ActionTool[],
  {
    mayAnswer = true,
    format,
  }: { readonly mayAnswer?: boolean; readonly format?: ResponseFormat | undefined } = {},
): ObjectConstraint {
  const calls = tools.map(actionOn);
  const [only] = calls;
  return {
    name: "action",
    alternatives: calls.length === 0 ? [ANY_ACTION] : mayAnswer ? [...calls, finalAction(format)] : calls,
    // One shape: there is nothing to tell apart.
    fallback: only && calls.length === 1 && !mayAnswer ? only : ANY_ACTION,
  };
}

/** The final answer and no other action. */
export function answerConstraint(format?: ResponseFormat): ObjectConstraint {
  const shape = finalAction(format);
  // One shape: there is nothing to tell apart.
  return { name: "action", alternatives: [shape], fallback: shape };
}

function actionOn({ name, inputSchema }: ActionTool): ObjectShape {
  return action(
    { type: "constant", text: name },
    inputSchema ? { type: "object", schema: inputSchema } : { type: "string" },
  );
}

function action(toolName: PropertyValue, input: PropertyValue): ObjectShape {
  return [
    { key: "tool_name", value: toolName },
    { key: "input", value: input },
  ];
}

/** Whether a query goes on after a turn with this text: it does unless the turn is the final answer. */
export function continuesQuery(text: string): boolean {
  return !text.startsWith(JSON.stringify(FINAL_ANSWER));
}
