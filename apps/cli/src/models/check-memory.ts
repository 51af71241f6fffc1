import { formatBytes } from "@bullpen/base";
import {
  type CatalogueEntry,
  leastBytes,
  type RemoteModel,
  readCatalogue,
  sizeOf,
} from "@bullpen/llm/models";
import { StartupError } from "@bullpen/runtime";
import { type MachineMemory, memoryFault } from "./machine-memory.js";

/** A slot this long holds an agent's instructions and a tool's result. */
const SHORTEST_CONTEXT = 1_024;
/** More suggestions than this are a list, which `models list` has. */
const MAX_SUGGESTIONS = 3;

/**
 * Checks a model of the catalogue before its download.
 *
 * @throws {StartupError} when neither the GPUs nor the memory can hold the weights and one slot; it names models that fit.
 */
export function checkMemory(name: string, { entry }: RemoteModel, memory: MachineMemory): void {
  const needed = entry && needOf(entry);
  if (needed !== undefined) checkBytes(name, needed, memory);
}

/**
 * Checks weights of which nothing but the size is known.
 *
 * @throws {StartupError} when neither the GPUs nor the memory can hold them.
 */
export function checkBytes(name: string, bytes: number, memory: MachineMemory): void {
  const fault = memoryFault(bytes, memory);
  if (fault === undefined) return;
  throw new StartupError(
    `${name} ${fault}. ${suggest(memory)} To download it all the same: npx bullpen models pull ${name} --force`,
  );
}

/** The largest models that fit, one file of each. */
function suggest(memory: MachineMemory): string {
  const fitting = readCatalogue()
    .flatMap((entry) => {
      const needed = needOf(entry);
      const { short_name: name } = entry;
      return name !== undefined && needed !== undefined ? [{ name, entry, needed }] : [];
    })
    .filter(({ needed }) => memoryFault(needed, memory) === undefined)
    .sort((a, b) => b.needed - a.needed)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ name, entry }) => `${name} (${formatBytes(sizeOf(entry) ?? 0)})`);
  if (fitting.length === 0) return "No model of the catalogue fits but demo.";
  return `These fit: ${new Intl.ListFormat("en").format(fitting)}.`;
}

function needOf(entry: CatalogueEntry): number | undefined {
  const weightBytes = sizeOf(entry);
  if (weightBytes === undefined) return undefined;
  return leastBytes(entry.architecture, { weightBytes, contextTokens: SHORTEST_CONTEXT });
}
