import { createReadStream } from "node:fs";
import { limitsSchema, metadataSchema } from "@bullpen/contracts";
import type { BatchView } from "@bullpen/protocol";
import { StartupError } from "@bullpen/runtime";
import { formatBytes, formatLines } from "../format.js";
import { type Format, type Input, openInput, storedName } from "../input/open-input.js";
import { type PreparedInput, prepareInput } from "../input/prepare-input.js";
import type { Defaults } from "../input/question.js";
import type { Step } from "../progress.js";
import { checkOutput, STDOUT } from "./results-sink.js";
import { INTERRUPTED, openSession, type Session } from "./session.js";
import { waitForBatch } from "./wait-for-batch.js";

export interface SubmitBatchOptions {
  readonly url?: string;
  readonly format?: Format;
  readonly column?: string;
  readonly model?: string;
  /** Names between commas; `none` for none. */
  readonly tools?: string;
  readonly maxSteps?: number;
  readonly metadata?: Record<string, string>;
  readonly watch?: boolean;
  readonly output?: string;
  readonly json?: boolean;
}

/** `bullpen batch submit <file>`: prints the batch's id on standard output, all else on standard error. */
export async function submitBatch(file: string, options: SubmitBatchOptions): Promise<void> {
  checkOptions(options);
  const input = await openInput(file, options.format);
  if (options.output !== undefined) await checkOutput(options.output);
  const session = await openSession(options);
  const created = await createBatch(session, input, options);
  if (!created) return;
  const comeBack = session.comeBack(created.id);
  const waits = options.watch || options.output !== undefined || session.wasInterrupted();
  if (options.output === STDOUT) session.progress.say(created.id);
  else if (!options.json) console.log(created.id);
  if (!waits) session.progress.say(comeBack.describe());
  const ended = waits ? await waitForBatch(session, created.id, options) : undefined;
  if (options.json) console.log(JSON.stringify(ended ?? created, null, 2));
}

/** Checks and uploads the input and creates the batch; after Ctrl-C there is none. */
async function createBatch(
  session: Session,
  input: Input,
  options: SubmitBatchOptions,
): Promise<BatchView | undefined> {
  const { client, progress } = session;
  let prepared: PreparedInput | undefined;
  try {
    await client.batches.list({ limit: 1 }); // so that a file is not read for an api that is not there
    prepared = await prepare(session, input, options);
    const fileId = await upload(session, input, prepared);
    return await client.batches.create({ input_file_id: fileId, metadata: options.metadata ?? {} });
  } catch (error) {
    progress.clear();
    if (!session.wasInterrupted()) throw error;
    progress.say("Stopped. No batch was created.");
    process.exitCode = INTERRUPTED;
    return undefined;
  } finally {
    await prepared?.remove();
  }
}

async function prepare(
  { progress, signal }: Session,
  input: Input,
  { column, model, tools, maxSteps }: SubmitBatchOptions,
): Promise<PreparedInput> {
  const defaults: Defaults = {
    ...(model !== undefined && { model }),
    ...(tools !== undefined && { tools: toolNames(tools) }),
    ...(maxSteps !== undefined && { max_steps: maxSteps }),
  };
  const onRead = (bytes: number) => progress.show(bytesStep("reading", bytes, input.bytes));
  const prepared = await prepareInput(input, {
    defaults,
    signal,
    onRead,
    ...(column !== undefined && { column }),
  });
  progress.clear();
  return prepared;
}

async function upload({ client, progress }: Session, input: Input, prepared: PreparedInput): Promise<string> {
  const { path, bytes, lines } = prepared;
  const startedAt = performance.now();
  const onSent = (sent: number) => {
    const seconds = (performance.now() - startedAt) / 1_000;
    progress.show(bytesStep("uploading", sent, bytes, seconds));
  };
  const file = await client.files.upload(() => createReadStream(path), {
    filename: storedName(input),
    onSent,
  });
  progress.clear();
  progress.say(`Uploaded ${formatLines(lines)} of ${input.name}, ${formatBytes(bytes)}.`);
  return file.id;
}

function bytesStep(what: string, done: number, total: number | undefined, seconds?: number): Step {
  const of = total === undefined ? "" : ` of ${formatBytes(total)}`;
  const rate = seconds ? `, ${formatBytes(done / seconds)}/s` : "";
  return {
    fraction: total === undefined ? undefined : done / total,
    text: `${what} ${formatBytes(done)}${of}${rate}`,
  };
}

/** What the server would refuse later, or in each line, is refused now and by its own name. */
function checkOptions({ metadata = {}, maxSteps, tools, output, json }: SubmitBatchOptions): void {
  if (tools !== undefined) toolNames(tools);
  if (json && output === STDOUT)
    throw new StartupError("--json and -o - both want standard output. Name a file for the results.");
  if (!metadataSchema.safeParse(metadata).success) {
    throw new StartupError(
      "--metadata takes 16 notes at most, with keys of 64 and values of 512 characters.",
    );
  }
  if (maxSteps !== undefined && !limitsSchema.shape.max_steps.safeParse(maxSteps).success) {
    throw new StartupError("--max-steps takes a whole number from 1 to 200.");
  }
}

function toolNames(text: string): string[] {
  if (text === "none") return [];
  const names = text.split(",").map((name) => name.trim());
  if (names.includes(""))
    throw new StartupError("--tools takes names between commas, such as Calculator,Search, or none.");
  return names;
}
