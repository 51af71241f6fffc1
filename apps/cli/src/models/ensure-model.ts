import { resolve } from "node:path";
import { DEMO_MODEL } from "@bullpen/contracts";
import { findModel, isBinarySplit } from "@bullpen/llm/models";
import type { Env } from "../env.js";
import { readMachineMemory } from "./machine-memory.js";
import { findLocal, pullWithProgress } from "./pull.js";

/**
 * Makes sure that the model of a stack is on this machine before its processes start, so that a name that means
 * nothing is said at once, a model that no memory holds is refused, and a download shows its progress.
 *
 * @returns `MODEL` for the stack: a path is made absolute, since the stack's processes work in another folder.
 */
export async function ensureModel(model: string, env: Env, signal: AbortSignal): Promise<string> {
  if (model === DEMO_MODEL) return model;
  const found = await findModel(model);
  if (found.kind === "file") return resolve(found.path);
  if (isBinarySplit(found.uri) || (await findLocal(found, env))) return model;
  console.error(`downloading ${model} (it is kept: \`npx bullpen models list\`)`);
  await pullWithProgress({ name: model, model: found, env, memory: await readMachineMemory(env), signal });
  return model;
}
