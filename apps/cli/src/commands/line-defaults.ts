import type { Defaults } from "@bullpen/batch-data";
import {
  limitsSchema,
  MAX_VOTES,
  type ServiceTier,
  serviceTierSchema,
  votesSchema,
} from "@bullpen/contracts";
import { StartupError } from "@bullpen/runtime";
import { type Command, Option } from "commander";
import { wholeNumber } from "./option-values.js";

/** What both ways to submit a file give to lines that do not say it themselves. */
export interface LineDefaults {
  readonly model?: string;
  /** Names with commas between them; `none` for none. */
  readonly tools?: string;
  readonly maxSteps?: number;
  readonly votes?: number;
  readonly serviceTier?: ServiceTier;
}

/** Adds the options of {@link LineDefaults} to a command. */
export function lineDefaultOptions(command: Command): Command {
  return command
    .option("--model <name>", "the model of questions that name none")
    .option("--tools <names>", "the tools of questions that name none, such as Calculator,Search, or none")
    .option("--max-steps <count>", "the most turns of questions that say nothing", wholeNumber)
    .option("--votes <count>", "runs that vote on the answer of questions that say nothing", wholeNumber)
    .addOption(
      new Option("--service-tier <tier>", "how urgent questions are that say nothing").choices(
        serviceTierSchema.options,
      ),
    );
}

/** What the server would refuse later, or in each line, is refused now, by the option's name. @throws {StartupError} */
export function toDefaults({ model, tools, maxSteps, votes, serviceTier }: LineDefaults): Defaults {
  if (maxSteps !== undefined && !limitsSchema.shape.max_steps.safeParse(maxSteps).success) {
    throw new StartupError("--max-steps takes a whole number from 1 to 200.");
  }
  checkVotes(votes);
  return {
    ...(model !== undefined && { model }),
    ...(tools !== undefined && { tools: toolNames(tools) }),
    ...(maxSteps !== undefined && { max_steps: maxSteps }),
    ...(votes !== undefined && { votes }),
    ...(serviceTier && { service_tier: serviceTier }),
  };
}

/** @throws {StartupError} */
export function checkVotes(votes: number | undefined): void {
  if (votes === undefined || votesSchema.safeParse(votes).success) return;
  throw new StartupError(`--votes takes a whole number from 1 to ${MAX_VOTES}.`);
}

function toolNames(text: string): string[] {
  if (text === "none") return [];
  const names = text.split(",").map((name) => name.trim());
  if (names.includes(""))
    throw new StartupError("--tools takes names between commas, such as Calculator,Search, or none.");
  return names;
}
