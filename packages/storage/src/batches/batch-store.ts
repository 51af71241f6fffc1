import type { Readable } from "node:stream";
import { isId } from "@bullpen/contracts";
import type { z } from "zod";
import type { Parts, Store } from "../store.js";
import {
  type BatchEnd,
  batchEndSchema,
  finalizingSchema,
  type Halt,
  haltSchema,
  type Manifest,
  manifestSchema,
  markName,
  type PartMark,
  type Plan,
  parseMark,
  partName,
  planSchema,
  type Rejection,
  rejectionSchema,
} from "./batch-records.js";

/** All stored records of a batch. */
export interface BatchState {
  readonly manifest: Manifest;
  readonly plan: Plan | undefined;
  readonly rejection: Rejection | undefined;
  readonly halt: Halt | undefined;
  readonly finalizing: { readonly at: number } | undefined;
  readonly end: BatchEnd | undefined;
  /** In the order of the input. Empty once the batch has ended: the files hold the lines then. */
  readonly parts: readonly PartMark[];
}

/** A batch that has not ended. */
export interface BatchRef {
  readonly tenant: string;
  readonly id: string;
}

const RECORDS = {
  "manifest.json": manifestSchema,
  "plan.json": planSchema,
  "rejection.json": rejectionSchema,
  "halt.json": haltSchema,
  "finalizing.json": finalizingSchema,
  "end.json": batchEndSchema,
} satisfies Record<string, z.ZodType>;
type RecordName = keyof typeof RECORDS;

/**
 * Batches in storage, which owns the truth about them: a folder a batch, with records that are written
 * once, the input, and one part file for each chunk of lines that has ended. A part counts once its mark
 * is stored, a small object beside it whose name holds the counts.
 */
export class BatchStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Makes a batch durable: its input first, its manifest last. */
  async create(manifest: Manifest, copyInput: (key: string) => Promise<void>): Promise<void> {
    const { tenant, id } = manifest;
    await copyInput(inputKey(manifest));
    // Before the manifest: a batch that nobody finds among the active would never be worked on.
    await this.#store.put(activeKey({ tenant, id }), []);
    await this.#write(manifest, "manifest.json", manifest);
  }

  /** The batches that have not ended. */
  async active(): Promise<BatchRef[]> {
    const names = (await this.#store.list(ACTIVE)).map((name) => name.split(" "));
    return names.flatMap(([tenant, id]) => (tenant && id ? [{ tenant, id }] : []));
  }

  async isActive(batch: BatchRef): Promise<boolean> {
    return (await this.#store.stat(activeKey(batch))) !== undefined;
  }

  /** The ids of a tenant's batches, oldest first. */
  async ids(tenant: string): Promise<string[]> {
    return this.#store.listFolders(`${ROOT}/${tenant}`);
  }

  async find({ tenant, id }: BatchRef): Promise<BatchState | undefined> {
    if (!isId("batch", id)) return undefined;
    const batch = { tenant, id };
    // Before the records: parts are removed after the end is written, so either they or it are seen.
    const parts = await this.parts(batch);
    const names = new Set(await this.#store.list(folderOf(batch)));
    if (!names.has("manifest.json")) return undefined;
    const read = async <Name extends RecordName>(name: Name) =>
      names.has(name) ? this.#read(batch, name) : undefined;
    const manifest = await read("manifest.json");
    if (!manifest) return undefined;
    return {
      manifest,
      plan: await read("plan.json"),
      rejection: await read("rejection.json"),
      halt: await read("halt.json"),
      finalizing: await read("finalizing.json"),
      end: await read("end.json"),
      parts: names.has("end.json") ? [] : parts,
    };
  }

  async manifest(batch: BatchRef): Promise<Manifest | undefined> {
    return this.#read(batch, "manifest.json");
  }

  async plan(batch: BatchRef): Promise<Plan | undefined> {
    return this.#read(batch, "plan.json");
  }

  async halt(batch: BatchRef): Promise<Halt | undefined> {
    return this.#read(batch, "halt.json");
  }

  async writePlan(batch: BatchRef, plan: Plan): Promise<void> {
    await this.#write(batch, "plan.json", plan);
  }

  async reject(batch: BatchRef, rejection: Rejection): Promise<void> {
    await this.#write(batch, "rejection.json", rejection);
  }

  async writeHalt(batch: BatchRef, halt: Halt): Promise<void> {
    await this.#write(batch, "halt.json", halt);
  }

  async writeFinalizing(batch: BatchRef, at: number): Promise<void> {
    await this.#write(batch, "finalizing.json", { at });
  }

  async writeEnd(batch: BatchRef, end: BatchEnd): Promise<void> {
    await this.#write(batch, "end.json", end);
  }

  async readInput(batch: BatchRef, range?: { start: number; end: number }): Promise<Readable> {
    return this.#store.read(inputKey(batch), range);
  }

  async parts(batch: BatchRef): Promise<PartMark[]> {
    return (await this.#store.list(`${folderOf(batch)}/finished`)).map(parseMark);
  }

  /** Writes the part of a chunk, once. Returns whether this one was stored; it counts once it is marked. */
  async writePart(batch: BatchRef, index: number, parts: Parts): Promise<boolean> {
    return this.#store.putOnce(partKey(batch, index), parts);
  }

  /** Whether the part of a chunk is stored; it may not be marked yet. */
  async hasPart(batch: BatchRef, index: number): Promise<boolean> {
    return (await this.#store.stat(partKey(batch, index))) !== undefined;
  }

  async readPart(batch: BatchRef, index: number): Promise<Readable> {
    return this.#store.read(partKey(batch, index));
  }

  async markPart(batch: BatchRef, mark: PartMark): Promise<void> {
    await this.#store.put(`${folderOf(batch)}/finished/${markName(mark)}`, []);
  }

  /** Writes which lines went to the error file, a bit a line, the first in the lowest bit of the first byte. */
  async writeFailedLines(batch: BatchRef, bits: Uint8Array): Promise<void> {
    await this.#store.put(failedLinesKey(batch), [bits]);
  }

  async readFailedLines(batch: BatchRef): Promise<Uint8Array> {
    return Buffer.concat(await (await this.#store.read(failedLinesKey(batch))).toArray());
  }

  /** Removes what a batch needed while it ran. What stays are its records. */
  async clear(batch: BatchRef): Promise<void> {
    await this.#store.removeFolder(`${folderOf(batch)}/parts`);
    await this.#store.removeFolder(`${folderOf(batch)}/finished`);
    await this.#store.remove(inputKey(batch));
    await this.#store.remove(activeKey(batch));
  }

  async #read<Name extends RecordName>(
    batch: BatchRef,
    name: Name,
  ): Promise<z.output<(typeof RECORDS)[Name]> | undefined> {
    const text = await this.#store.readText(`${folderOf(batch)}/${name}`);
    if (text === undefined) return undefined;
    // The schema under a name gives that name's record; TypeScript does not follow the index.
    return RECORDS[name].parse(JSON.parse(text)) as z.output<(typeof RECORDS)[Name]>;
  }

  async #write<Name extends RecordName>(
    batch: BatchRef,
    name: Name,
    record: z.input<(typeof RECORDS)[Name]>,
  ): Promise<void> {
    await this.#store.putOnce(`${folderOf(batch)}/${name}`, [JSON.stringify(record)]);
  }
}

const ROOT = "batches";
/** Objects whose names say which batches have not ended. */
const ACTIVE = "active-batches";

function folderOf({ tenant, id }: BatchRef): string {
  return `${ROOT}/${tenant}/${id}`;
}

function inputKey(batch: BatchRef): string {
  return `${folderOf(batch)}/input.jsonl`;
}

function partKey(batch: BatchRef, index: number): string {
  return `${folderOf(batch)}/parts/${partName(index)}.jsonl`;
}

function failedLinesKey(batch: BatchRef): string {
  return `${folderOf(batch)}/failed-lines.bin`;
}

function activeKey({ tenant, id }: BatchRef): string {
  return `${ACTIVE}/${tenant} ${id}`;
}
