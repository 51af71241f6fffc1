export type { EvaluationCase } from "./dataset/case-schema.js";
export { CaseIds, DatasetError, parseCase } from "./dataset/parse-case.js";
export { questionText } from "./dataset/question-text.js";
export { fromGaia } from "./import/from-gaia.js";
export { fromGsm8k } from "./import/from-gsm8k.js";
export { fromHotpotQa } from "./import/from-hotpot-qa.js";
export type { ImportedCase, SkippedRow } from "./import/imported.js";
export { JUDGE_INSTRUCTIONS, judgePrompt, readVerdict } from "./judge/judge-prompt.js";
export { agreementRows } from "./report/agreement.js";
export { formatPercent } from "./report/format-percent.js";
export { reportPage } from "./report/report-page.js";
export { type Comparison, compare } from "./result/compare.js";
export {
  type EvaluationResult,
  type Generation,
  generationSchema,
  RESULT_SCHEMA_VERSION,
  resultSchema,
  type ScoredCase,
  type Tally,
} from "./result/result-schema.js";
export { type Judge, scoreCase } from "./result/score-case.js";
export { summarize } from "./result/summarize.js";
