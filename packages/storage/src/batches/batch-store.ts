import type { Readable } from "node:stream";
import { isId } from "@bullpen/contracts";
import type { z } from "zod";
import type { Parts, Store } from "../store.js";
import { BatchControls } from "./batch-controls.js";
import {
  ACTIVE,
  activeKey,
  type BatchRef,
  failedLinesKey,
  folderOf,
  inputKey,
  numberedRecord,
  numbersOf,
  partKey,
  ROOT,
  selectedLinesKey,
} from "./batch-keys.js";
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
  planSchema,
  type Rejection,
  type Retry,
  rejectionSchema,
  retrySchema,
} from "./batch-records.js";
import type { ActiveRetry, BatchState } from "./batch-state.js";
import { HeldResults } from "./held-results.js";

const RECORDS = {
  "manifest.json": manifestSchema,
  "plan.json": planSchema,
  "rejection.json": rejectionSchema,
  "halt.json": haltSchema,
  "finalizing.json": finalizingSchema,
  "end.json": batchEndSchema,
  "retry.json": retrySchema,
} satisfies Record<string, z.ZodType>;
type RecordName = keyof typeof RECORDS;

/**
 * Batches in storage, which owns the truth about them: a folder a batch, with records that are written
 * once, the input, and one part file for each chunk of lines that has ended. A part counts once its mark
 * is stored, a small object beside it whose name holds the counts.
 */
export class BatchStore {
  readonly #store: Store;
  readonly controls: BatchControls;
  readonly held: HeldResults;

  constructor(store: Store) {
    this.#store = store;
    this.controls = new BatchControls(store);
    this.held = new HeldResults(store);
  }

  /**
   * Makes a batch durable: its input first, its manifest last.
   *
   * @param copyInput not of a retry: a batcher selects its input among the lines of the other batch.
   */
  async create(manifest: Manifest, copyInput?: (key: string) => Promise<void>): Promise<void> {
    const { tenant, id } = manifest;
    await copyInput?.(inputKey(manifest));
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
    const read = async <Name extends RecordName>(name: Name, number = 0) =>
      names.has(numberedRecord(name, number)) ? this.#read(batch, name, number) : undefined;
    const manifest = await read("manifest.json");
    if (!manifest) return undefined;
    const [retryNumber = 0] = numbersOf(names, "retry").slice(-1);
    const [endNumber = 0] = numbersOf(names, "end").slice(-1);
    const end = await read("end.json", endNumber);
    return {
      manifest,
      plan: await read("plan.json"),
      rejection: await read("rejection.json"),
      halt: await read("halt.json"),
      controls: await this.controls.latest(manifest, numbersOf(names, "controls")),
      finalizing: await read("finalizing.json"),
      end,
      endNumber,
      retryNumber,
      retry: retryNumber > endNumber ? await this.#activeRetry(batch, retryNumber) : undefined,
      parts: end ? [] : parts,
    };
  }

  /** A retry whose batch was never created, or whose lines could not be selected, has changed nothing. */
  async #activeRetry(batch: BatchRef, number: number): Promise<ActiveRetry | undefined> {
    const record = await this.#read(batch, "retry.json", number);
    const state = record && (await this.find({ tenant: batch.tenant, id: record.batch_id }));
    return state && !state.rejection ? { number, batch: state } : undefined;
  }

  /** Begins a retry in place. Returns the record that counts: of several requests one does. */
  async writeRetry(batch: BatchRef, number: number, retry: Retry): Promise<Retry> {
    await this.#write(batch, "retry.json", retry, number);
    return (await this.#read(batch, "retry.json", number)) ?? retry;
  }

  /** @param number of a retry in place. */
  async retry(batch: BatchRef, number: number): Promise<Retry | undefined> {
    return this.#read(batch, "retry.json", number);
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

  /** @param number of a retry in place. Default: the end is that of the batch itself. */
  async writeEnd(batch: BatchRef, end: BatchEnd, number = 0): Promise<void> {
    await this.#write(batch, "end.json", end, number);
  }

  /** @param number 0 for the end of the batch itself, n for that of its retry n. */
  async end(batch: BatchRef, number: number): Promise<BatchEnd | undefined> {
    return this.#read(batch, "end.json", number);
  }

  /** Writes the input of a retry. */
  async writeInput(batch: BatchRef, parts: Parts): Promise<void> {
    await this.#store.put(inputKey(batch), parts);
  }

  /** Makes the input of a retry of the content of a file. */
  async copyInput(batch: BatchRef, copy: (key: string) => Promise<void>): Promise<void> {
    await copy(inputKey(batch));
  }

  async hasInput(batch: BatchRef): Promise<boolean> {
    return (await this.#store.stat(inputKey(batch))) !== undefined;
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

  /** It may not be marked yet. */
  async hasPart(batch: BatchRef, index: number): Promise<boolean> {
    return (await this.#store.stat(partKey(batch, index))) !== undefined;
  }

  async readPart(batch: BatchRef, index: number): Promise<Readable> {
    return this.#store.read(partKey(batch, index));
  }

  async markPart(batch: BatchRef, mark: PartMark): Promise<void> {
    await this.#store.put(`${folderOf(batch)}/finished/${markName(mark)}`, []);
  }

  /**
   * Writes which lines went to the error file, a bit a line, the first in the lowest bit of the first byte.
   *
   * @param number as of {@link BatchStore.end}. Default: 0.
   */
  async writeFailedLines(batch: BatchRef, bits: Uint8Array, number = 0): Promise<void> {
    await this.#store.put(failedLinesKey(batch, number), [bits]);
  }

  async readFailedLines(batch: BatchRef, number: number): Promise<Uint8Array> {
    return this.#readBits(failedLinesKey(batch, number));
  }

  /** Writes which lines of the other batch a retry runs, in the form of the failed lines. */
  async writeSelectedLines(retry: BatchRef, bits: Uint8Array): Promise<void> {
    await this.#store.put(selectedLinesKey(retry), [bits]);
  }

  async readSelectedLines(retry: BatchRef): Promise<Uint8Array> {
    return this.#readBits(selectedLinesKey(retry));
  }

  async #readBits(key: string): Promise<Uint8Array> {
    return Buffer.concat(await (await this.#store.read(key)).toArray());
  }

  /** Removes what a batch needed while it ran. What stays are its records. */
  async clear(batch: BatchRef): Promise<void> {
    await this.#store.removeFolder(`${folderOf(batch)}/parts`);
    await this.#store.removeFolder(`${folderOf(batch)}/finished`);
    await this.held.clear(batch);
    await this.#store.remove(inputKey(batch));
    await this.#store.remove(activeKey(batch));
  }

  async #read<Name extends RecordName>(
    batch: BatchRef,
    name: Name,
    number = 0,
  ): Promise<z.output<(typeof RECORDS)[Name]> | undefined> {
    const text = await this.#store.readText(`${folderOf(batch)}/${numberedRecord(name, number)}`);
    if (text === undefined) return undefined;
    // The schema under a name gives that name's record; TypeScript does not follow the index.
    return RECORDS[name].parse(JSON.parse(text)) as z.output<(typeof RECORDS)[Name]>;
  }

  async #write<Name extends RecordName>(
    batch: BatchRef,
    name: Name,
    record: z.input<(typeof RECORDS)[Name]>,
    number = 0,
  ): Promise<boolean> {
    const key = `${folderOf(batch)}/${numberedRecord(name, number)}`;
    return this.#store.putOnce(key, [JSON.stringify(record)]);
  }
}
