import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { errorMessage } from "@bullpen/base";
import { jsonLine } from "@bullpen/contracts";
import type { QueryView } from "@bullpen/protocol";
import { StartupError } from "@bullpen/runtime";
import { writeFileDurably } from "@bullpen/storage";
import { STDOUT } from "./results-sink.js";

/** One line of a result file. */
function toResultLine(view: QueryView): string {
  return jsonLine({
    custom_id: view.custom_id,
    query: view.query,
    answer: view.answer,
    status: view.status,
    ...(view.error ? { error: view.error } : {}),
    steps: view.steps.map(({ tool_name, input, observation }) => ({ tool_name, input, observation })),
    usage: view.usage,
  });
}

/** Says early that results cannot go to a file. @throws {StartupError} */
export async function checkResultsPath(path: string): Promise<void> {
  if (path === STDOUT) return;
  const [found, folder] = await Promise.all([path, dirname(resolve(path))].map(isFolder));
  if (found) throw new StartupError(`${path} is a folder. Name a file in it.`);
  if (!folder) throw new StartupError(`The folder of ${path} is not there. Make it first.`);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Writes all results, or leaves an older file as it was. */
export async function writeResults(path: string, views: readonly QueryView[]): Promise<void> {
  try {
    await writeFileDurably(
      path,
      views.map((view) => `${toResultLine(view)}\n`),
    );
  } catch (error) {
    throw new StartupError(`${path} cannot be written: ${errorMessage(error)}`);
  }
}

export interface Summary {
  readonly completed: number;
  readonly notCompleted: number;
  readonly turns: number;
  readonly toolCalls: number;
  readonly completionTokens: number;
  readonly seconds: number;
}

export function summarize(views: readonly QueryView[], seconds: number): Summary {
  const sum = (pick: (view: QueryView) => number) => views.reduce((total, view) => total + pick(view), 0);
  const completed = views.filter((view) => view.status === "completed").length;
  return {
    completed,
    notCompleted: views.length - completed,
    turns: sum((view) => view.usage.turns),
    toolCalls: sum((view) => view.usage.tool_calls),
    completionTokens: sum((view) => view.usage.completion_tokens),
    seconds,
  };
}
