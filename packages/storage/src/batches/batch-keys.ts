import { partName } from "./batch-records.js";

/** A batch, wherever it is in its life. */
export interface BatchRef {
  readonly tenant: string;
  readonly id: string;
}

/** The folder of all batches: a folder a tenant, with a folder a batch. */
export const ROOT = "batches";
/** Objects whose names say which batches have not ended. */
export const ACTIVE = "active-batches";

export function folderOf({ tenant, id }: BatchRef): string {
  return `${ROOT}/${tenant}/${id}`;
}

export function inputKey(batch: BatchRef): string {
  return `${folderOf(batch)}/input.jsonl`;
}

export function partKey(batch: BatchRef, index: number): string {
  return `${folderOf(batch)}/parts/${partName(index)}.jsonl`;
}

/** @param number which end of the batch: 0 for its first, n for that of its retry n in place. */
export function failedLinesKey(batch: BatchRef, number: number): string {
  return `${folderOf(batch)}/${numbered("failed-lines", number, "bin")}`;
}

export function selectedLinesKey(batch: BatchRef): string {
  return `${folderOf(batch)}/selected-lines.bin`;
}

/** `end.json` for 0, `end-000001.json` for 1: names sort by their number. */
export function numbered(name: string, number: number, extension = "json"): string {
  return number === 0 ? `${name}.${extension}` : `${name}-${partName(number)}.${extension}`;
}

/** @param name of the first record, such as `end.json`. */
export function numberedRecord(name: string, number: number): string {
  return numbered(name.slice(0, -".json".length), number);
}

/** The numbers of the records that exist of a name, ascending. */
export function numbersOf(names: Iterable<string>, name: string): number[] {
  const numbers: number[] = [];
  for (const file of names) {
    if (!file.startsWith(`${name}-`)) continue;
    const number = Number.parseInt(file.slice(name.length + 1), 10);
    if (file === numbered(name, number)) numbers.push(number);
  }
  return numbers.sort((a, b) => a - b);
}

export function activeKey({ tenant, id }: BatchRef): string {
  return `${ACTIVE}/${tenant} ${id}`;
}
