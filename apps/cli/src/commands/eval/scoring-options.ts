import { StartupError } from "@bullpen/runtime";
import { type Command, InvalidArgumentError } from "commander";
import type { Scoring } from "../../evaluation/run-folder.js";

export interface ScoringOptions {
  readonly priceIn?: number;
  readonly priceOut?: number;
  readonly judgeModel?: string;
  readonly judgeUrl?: string;
  readonly minAccuracy?: number;
}

/** Adds the options of {@link ScoringOptions} to a command. */
export function scoringOptions(command: Command): Command {
  return command
    .option("--price-in <price>", "the price of a million prompt tokens, in any currency", atLeastZero)
    .option("--price-out <price>", "the price of a million generated tokens", atLeastZero)
    .option("--judge-model <name>", "the model that judges cases with the check judge")
    .option(
      "--judge-url <url>",
      "an OpenAI-compatible server that has it, such as http://host:8000/v1 (default: this Bullpen); its key is JUDGE_API_KEY",
    )
    .option("--min-accuracy <share>", "exit with 4 when the accuracy is below this, 0 to 1", share);
}

/** @throws {StartupError} when options do not fit each other. */
export function toScoring(options: ScoringOptions): Scoring {
  const { priceIn, priceOut, judgeModel: model, judgeUrl: url, minAccuracy } = options;
  if ((priceIn === undefined) !== (priceOut === undefined)) {
    throw new StartupError("--price-in and --price-out go together; 0 is a price.");
  }
  if (url !== undefined && model === undefined) {
    throw new StartupError("--judge-url needs --judge-model: the model to ask there.");
  }
  if (url !== undefined) checkJudgeUrl(url);
  const hasJudge = model !== undefined || url !== undefined;
  return {
    ...(priceIn !== undefined && priceOut !== undefined && { prices: { input: priceIn, output: priceOut } }),
    ...(hasJudge && { judge: { ...(model !== undefined && { model }), ...(url !== undefined && { url }) } }),
    ...(minAccuracy !== undefined && { min_accuracy: minAccuracy }),
  };
}

function checkJudgeUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed?.protocol.startsWith("http")) {
    throw new StartupError("--judge-url must be a URL such as http://127.0.0.1:8000/v1.");
  }
  // The URL is kept in the folder of the evaluation.
  if (parsed.username !== "" || parsed.password !== "") {
    throw new StartupError("--judge-url must not hold a login. Give a key by the variable JUDGE_API_KEY.");
  }
}

function atLeastZero(text: string): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(number) || number < 0) throw new InvalidArgumentError("It must be a number from 0.");
  return number;
}

function share(text: string): number {
  const number = atLeastZero(text);
  if (number > 1) throw new InvalidArgumentError("It must be a number from 0 to 1.");
  return number;
}
