import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { z } from "zod";

/** What is known of the file that a part is of. */
const factsSchema = z.object({
  url: z.string(),
  /** A strong `ETag`, or a `Last-Modified`: what `If-Range` compares. */
  validator: z.string().optional(),
  /** Bytes of the whole file. */
  total: z.int().optional(),
  /** The checksum that the hub gives. */
  sha256: z.string().optional(),
});
export type PartFacts = z.output<typeof factsSchema>;

/** The start of a file that is being downloaded, beside the place where the whole one goes. */
export class PartFile {
  readonly path: string;
  readonly #factsPath: string;

  /** @param target the path of the whole file. */
  constructor(target: string) {
    this.path = `${target}.part`;
    this.#factsPath = `${target}.part.json`;
  }

  /** Bytes that are there. */
  async size(): Promise<number> {
    return stat(this.path).then(
      (file) => file.size,
      () => 0,
    );
  }

  /** `undefined` where there are none, or none that can be read: the part counts for nothing then. */
  async readFacts(): Promise<PartFacts | undefined> {
    try {
      return factsSchema.parse(JSON.parse(await readFile(this.#factsPath, "utf8")));
    } catch {
      return undefined;
    }
  }

  async writeFacts(facts: PartFacts): Promise<void> {
    await writeFile(this.#factsPath, `${JSON.stringify(facts)}\n`);
  }

  async removeFacts(): Promise<void> {
    await rm(this.#factsPath, { force: true });
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
    await this.removeFacts();
  }

  /** Writes the chunks from byte `from` on. What is written stays when the chunks end with an error. */
  async write(
    from: number,
    chunks: AsyncIterable<Buffer>,
    onWritten: (position: number) => void,
  ): Promise<number> {
    const file = await open(this.path, from === 0 ? "w" : "r+");
    let position = from;
    try {
      await file.truncate(from);
      for await (const chunk of chunks) {
        await writeWhole(file, chunk, position);
        position += chunk.length;
        onWritten(position);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    return position;
  }

  /** The first bytes, as Latin-1. */
  async head(length: number): Promise<string> {
    const file = await open(this.path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
      return buffer.toString("latin1", 0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async sha256(onRead: (position: number) => void, signal?: AbortSignal): Promise<string> {
    const hash = createHash("sha256");
    let position = 0;
    for await (const chunk of createReadStream(this.path, {
      highWaterMark: READ_BYTES,
      ...(signal && { signal }),
    })) {
      hash.update(chunk);
      position += chunk.length;
      onRead(position);
    }
    return hash.digest("hex");
  }
}

/** Large enough that the hash, not the calls, takes the time. */
const READ_BYTES = 4 * 2 ** 20;

/** The system may write less than it is given, on a disk that is nearly full. */
async function writeWhole(file: Awaited<ReturnType<typeof open>>, chunk: Buffer, at: number): Promise<void> {
  let done = 0;
  while (done < chunk.length) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, at + done);
    done += bytesWritten;
  }
}
