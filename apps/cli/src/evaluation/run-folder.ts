import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage } from "@bullpen/base";
import { type EvaluationResult, reportPage } from "@bullpen/evaluation";
import { StartupError } from "@bullpen/runtime";
import { writeFileDurably } from "@bullpen/storage";
import { z } from "zod";

const prices = z.object({ input: z.number(), output: z.number() });
const judge = z.object({ model: z.string().optional(), url: z.string().optional() });

/** How an evaluation is scored; `eval rejudge` may change it. */
const scoringSchema = z.object({
  prices: prices.optional(),
  judge: judge.optional(),
  min_accuracy: z.number().optional(),
});
export type Scoring = z.output<typeof scoringSchema>;

/** `run.json`: all that another process needs to go on with an evaluation. */
const runSchema = z.object({
  schema_version: z.literal(1, "must be 1: the folder was written by another version of Bullpen"),
  dataset: z.string(),
  dataset_sha256: z.string(),
  total: z.int(),
  defaults: z.object({
    model: z.string().optional(),
    tools: z.array(z.string()).optional(),
    max_steps: z.int().optional(),
    votes: z.int().optional(),
  }),
  seed: z.int().optional(),
  temperature: z.number().optional(),
  scoring: scoringSchema,
  started_at: z.string(),
  idempotency_key: z.string(),
  input_file_id: z.string().optional(),
  batch_id: z.string().optional(),
  /** Set once all answers are in the folder. */
  ended: z
    .object({
      model: z.string(),
      finished_at: z.string().nullable(),
      wall_ms: z.number().nullable(),
      usage: z.object({ input: z.int(), output: z.int() }),
    })
    .optional(),
});
export type Run = z.output<typeof runSchema>;

/** The folder of one evaluation. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The cases, as they are in the dataset. */
  get dataset(): string {
    return join(this.path, "dataset.jsonl");
  }

  /** What the batch answered, a line each. */
  get answers(): string {
    return join(this.path, "answers.jsonl");
  }

  get result(): string {
    return join(this.path, "result.json");
  }

  /** The result as a page for people. */
  get report(): string {
    return join(this.path, "report.html");
  }

  get #run(): string {
    return join(this.path, "run.json");
  }

  /** Makes the folder. One that holds something already is left alone. @throws {StartupError} */
  async create(run: Run, lines: readonly string[]): Promise<void> {
    try {
      await mkdir(this.path, { recursive: true });
      if ((await readdir(this.path)).length > 0) throw new StartupError(await this.#whyTaken());
      await writeFileDurably(
        this.dataset,
        lines.map((line) => `${line}\n`),
      );
      await this.writeRun(run);
    } catch (error) {
      throw this.#unwritable(error);
    }
  }

  async writeRun(run: Run): Promise<void> {
    await writeFileDurably(this.#run, [`${JSON.stringify(run, null, 2)}\n`]);
  }

  /** @throws {StartupError} when the folder is not that of an evaluation. */
  async readRun(): Promise<Run> {
    const text = await readFile(this.#run, "utf8").catch(() => {
      throw new StartupError(`${this.path} is not the folder of an evaluation: there is no run.json in it.`);
    });
    const parsed = runSchema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new StartupError(`${this.#run}: ${issue?.path.join(".") || "the file"} ${issue?.message}.`);
  }

  /** Writes `result.json` and `report.html`. Cases are written one a line, so that the files may be large. */
  async writeResult(result: EvaluationResult): Promise<void> {
    const { cases, ...rest } = result;
    function* parts() {
      yield `${JSON.stringify(rest, null, 2).slice(0, -2)},\n  "cases": [\n`;
      for (const [i, each] of cases.entries()) {
        yield `    ${JSON.stringify(each)}${i < cases.length - 1 ? "," : ""}\n`;
      }
      yield "  ]\n}\n";
    }
    try {
      await writeFileDurably(this.result, parts());
      await writeFileDurably(this.report, reportPage(result));
    } catch (error) {
      throw this.#unwritable(error);
    }
  }

  async #whyTaken(): Promise<string> {
    const isRun = await stat(this.#run).then(
      () => true,
      () => false,
    );
    return isRun
      ? `${this.path} holds an evaluation already. Go on with it by \`npx bullpen eval resume ${this.path}\`, or name another folder by -o.`
      : `${this.path} is not empty. Name another folder by -o.`;
  }

  #unwritable(error: unknown): StartupError {
    if (error instanceof StartupError) return error;
    return new StartupError(`${this.path} cannot be written: ${errorMessage(error)}.`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
