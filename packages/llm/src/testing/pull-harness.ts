import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CatalogueEntry } from "../models/catalogue.js";
import { type PullModelOptions, type PullProgress, pullModel } from "../models/pull-model.js";
import { HubServer } from "./hub-server.js";

/** Longer than what connections buffer: of a connection that is cut most bytes have come. */
const CONTENT_BYTES = 2_000_000;

/** A file that starts as a model does. */
export function modelContent(): Buffer {
  return Buffer.concat([Buffer.from("GGUF"), randomBytes(CONTENT_BYTES - 4)]);
}

export const REMOTE_PATH = "/maker/model-GGUF/resolve/main/model.gguf";

interface Run extends Partial<PullModelOptions> {
  readonly token?: string;
  readonly uri?: string;
  readonly expected?: Partial<CatalogueEntry>;
}

interface Outcome {
  readonly notes: string[];
  readonly progress: PullProgress[];
  readonly error: Error | undefined;
  readonly path: string;
  readonly verified: number;
}

/** A hub with one model on it, and a folder to pull it into. */
export class PullHarness {
  readonly hub: HubServer;
  readonly folder: string;
  /** Where the model goes. */
  readonly path: string;
  readonly content = modelContent();
  readonly sha256 = createHash("sha256").update(this.content).digest("hex");

  static async start(): Promise<PullHarness> {
    return new PullHarness(await HubServer.start(), await mkdtemp(join(tmpdir(), "bullpen-models-")));
  }

  private constructor(hub: HubServer, folder: string) {
    this.hub = hub;
    this.folder = folder;
    this.path = join(folder, "hf/maker/model-GGUF/model.gguf");
    hub.put(REMOTE_PATH, this.content);
  }

  async stop(): Promise<void> {
    await this.hub.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Pulls without pauses, and says how it ended. */
  async pull({
    token,
    uri = "hf:maker/model-GGUF/model.gguf",
    expected,
    ...more
  }: Run = {}): Promise<Outcome> {
    const notes: string[] = [];
    const progress: PullProgress[] = [];
    const entry = expected as CatalogueEntry | undefined; // a download reads size and checksum alone
    const outcome = { notes, progress, error: undefined, path: "", verified: 0 };
    try {
      const pulled = await pullModel({
        model: { uri, entry },
        folder: this.folder,
        hub: { endpoint: this.hub.url, token },
        onNote: (note) => notes.push(note),
        onProgress: (step) => progress.push(step),
        stallMs: 2_000,
        pauseMs: () => 1,
        ...more,
      });
      return { ...outcome, ...pulled };
    } catch (error) {
      return { ...outcome, error: error as Error }; // what pullModel throws
    }
  }

  async assertWhole(content = this.content): Promise<void> {
    assert.ok((await readFile(this.path)).equals(content), "the file is what the server has");
    assert.deepEqual(await readdir(dirname(this.path)), ["model.gguf"], "nothing is left beside the file");
  }

  async assertNothing(): Promise<void> {
    assert.deepEqual(await readdir(dirname(this.path)), []);
  }
}
