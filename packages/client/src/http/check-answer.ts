/** Finds the place at which an answer has another form than it should; `undefined` if there is none. */
type AnswerCheck = (answer: unknown) => string | undefined;

/** An object of the API, by its `object` field. */
export function isObject(kind: string): AnswerCheck {
  return (answer) => {
    if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return "it";
    return "object" in answer && answer.object === kind ? undefined : "object";
  };
}

/** A list of the API. */
export const isList: AnswerCheck = (answer) => {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return "it";
  if (!("data" in answer) || !Array.isArray(answer.data)) return "data";
  return isObject("list")(answer);
};
