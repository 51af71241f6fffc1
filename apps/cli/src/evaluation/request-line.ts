import { type Defaults, toBatchLine } from "@bullpen/batch-data";
import { type EvaluationCase, questionText } from "@bullpen/evaluation";

/** What all questions of an evaluation are asked with. */
export interface RequestOptions {
  readonly defaults: Defaults;
  readonly seed?: number | undefined;
  readonly temperature?: number | undefined;
}

/** A case as a line of a batch. @throws {ApiError} that names the field at fault. */
export function requestLine(evaluated: EvaluationCase, options: RequestOptions): string {
  const { id, system, tools, response_format } = evaluated;
  const { defaults, seed, temperature } = options;
  const question = { query: questionText(evaluated), system, tools, seed, temperature, response_format };
  const given = Object.fromEntries(Object.entries(question).filter(([, value]) => value !== undefined));
  return toBatchLine({ ...given, custom_id: id }, id, defaults);
}
