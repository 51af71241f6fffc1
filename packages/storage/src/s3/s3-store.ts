import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  type S3Client,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { Content } from "../content.js";
import { type ByteRange, checkedKey, checkedRange, nameOf } from "../key.js";
import { type Parts, StorageError, type Store, type StoredObject, type Written } from "../store.js";
import { verifyConditions } from "./conditional-writes.js";
import { ResumingStream } from "./resuming-stream.js";
import { createS3Client, deleteObjects, type S3Options } from "./s3-client.js";
import { s3StatusOf, toStorageError } from "./s3-errors.js";
import { inParts, type UploadTarget, upload } from "./s3-upload.js";

const MIB = 1_024 * 1_024;
/** Large enough that 10,000 make 78 GiB, small enough to hold two of them for each upload. */
const PART_BYTES = 8 * MIB;
/** Copied in one request, which answers only when it is done: far below the 5 GB that S3 allows. */
const COPY_BYTES = 256 * MIB;

export interface S3StoreOptions extends S3Options {
  /** The prefix of every key, such as `bullpen`. Default: nothing. */
  readonly prefix?: string | undefined;
  readonly partBytes?: number;
  readonly copyBytes?: number;
}

/**
 * A store in a bucket of AWS S3, or of any store that speaks its protocol and keeps conditional writes
 * (`If-None-Match`). It needs the rights to get, put, delete and list objects and to abort uploads.
 */
export class S3Store implements Store {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #partBytes: number;
  readonly #copyBytes: number;
  #conditions: Promise<void> | undefined;

  /** Connects at the first request. */
  constructor(options: S3StoreOptions) {
    this.#client = createS3Client(options);
    this.#bucket = options.bucket;
    this.#prefix = options.prefix ? `${checkedKey(options.prefix)}/` : "";
    this.#partBytes = options.partBytes ?? PART_BYTES;
    this.#copyBytes = options.copyBytes ?? COPY_BYTES;
  }

  /** Objects of up to 78 GiB, which is 10,000 parts of 8 MiB. */
  async put(key: string, parts: Parts, signal?: AbortSignal): Promise<Written> {
    const content = new Content(parts, signal);
    await this.#upload(this.#target(key), content, signal);
    return content.written();
  }

  async putOnce(key: string, parts: Parts, signal?: AbortSignal): Promise<boolean> {
    const target = { ...this.#target(key), once: true };
    await this.#conditionsHold();
    return this.#upload(target, new Content(parts, signal), signal);
  }

  async read(key: string, range: ByteRange = {}): Promise<Readable> {
    const at = this.#at(key);
    const { start, end } = checkedRange(range);
    if (end !== undefined && end <= start) {
      await this.#translated(key, () => this.#client.send(new HeadObjectCommand(at)));
      return Readable.from([], { objectMode: false });
    }
    const open = async (from: number, etag?: string, signal?: AbortSignal) => {
      const isWhole = from === 0 && end === undefined;
      const Range = `bytes=${from}-${end === undefined ? "" : end - 1}`;
      const request = { ...at, ...(!isWhole && { Range }), ...(etag !== undefined && { IfMatch: etag }) };
      try {
        const found = await this.#client.send(
          new GetObjectCommand(request),
          signal && { abortSignal: signal },
        );
        return { body: toReadable(found.Body), etag: found.ETag };
      } catch (error) {
        // The range begins beyond the end.
        if (s3StatusOf(error) === 416) return { body: Readable.from([], { objectMode: false }), etag };
        throw toStorageError(error, key);
      }
    };
    const { body, etag } = await open(start);
    return new ResumingStream({
      first: body,
      reopen: async (skip, signal) => (await open(start + skip, etag, signal)).body,
      toError: (cause) => toStorageError(cause, key),
    });
  }

  async readText(key: string): Promise<string | undefined> {
    const stream = await orUndefined(() => this.read(key));
    if (!stream) return undefined;
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks).toString("utf8");
  }

  async stat(key: string): Promise<StoredObject | undefined> {
    const at = this.#at(key);
    const head = await orUndefined(() =>
      this.#translated(key, () => this.#client.send(new HeadObjectCommand(at))),
    );
    return head && { name: nameOf(key), bytes: head.ContentLength ?? 0 };
  }

  async list(folder: string): Promise<string[]> {
    const names: string[] = [];
    for await (const page of this.#pages(folder, "/")) {
      for (const { Key = "" } of page.Contents ?? []) {
        // Some tools mark a folder by an empty object of its name.
        if (!Key.endsWith("/")) names.push(nameOf(Key));
      }
    }
    return names.sort();
  }

  async listFolders(folder: string): Promise<string[]> {
    const names: string[] = [];
    for await (const page of this.#pages(folder, "/")) {
      for (const { Prefix = "" } of page.CommonPrefixes ?? []) names.push(nameOf(Prefix.slice(0, -1)));
    }
    // S3 sorts with the slash at the end.
    return names.sort();
  }

  async copy(from: string, to: string): Promise<void> {
    const { Bucket, Key } = this.#at(from);
    const target = this.#target(to);
    const CopySource = [Bucket, ...Key.split("/")].map(encodeURIComponent).join("/");
    const bytes = (await this.stat(from))?.bytes;
    if (bytes === undefined) throw new StorageError("not_found", `There is no ${from} in storage.`);
    await this.#translated(from, async () => {
      if (bytes <= this.#copyBytes) {
        await this.#client.send(new CopyObjectCommand({ ...this.#at(to), CopySource }));
        return;
      }
      await inParts(target, async (addPart) => {
        for (let start = 0; start < bytes; start += this.#copyBytes) {
          const CopySourceRange = `bytes=${start}-${Math.min(start + this.#copyBytes, bytes) - 1}`;
          await addPart(async (part) => {
            const command = new UploadPartCopyCommand({ ...part, CopySource, CopySourceRange });
            return (await this.#client.send(command)).CopyPartResult?.ETag;
          });
        }
      });
    });
  }

  async remove(key: string): Promise<void> {
    const at = this.#at(key);
    await this.#translated(key, () => this.#client.send(new DeleteObjectCommand(at)));
  }

  async removeFolder(folder: string): Promise<void> {
    for await (const page of this.#pages(folder)) {
      const keys = (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
      if (keys.length === 0) continue;
      const { Errors = [] } = await this.#translated(folder, () =>
        this.#client.send(deleteObjects(this.#bucket, keys)),
      );
      // Somebody else removed the others.
      const [refused] = Errors.filter(({ Code }) => Code !== "NoSuchKey");
      if (refused) {
        const why = `${refused.Code}: ${refused.Message}`;
        throw new StorageError("unavailable", `The storage kept objects of ${folder} (${why}).`);
      }
    }
  }

  /** At first also that the store keeps conditional writes, without which `putOnce` would lose objects. */
  async check(): Promise<void> {
    if (this.#conditions === undefined) return this.#conditionsHold();
    await this.#translated(this.#bucket, () => upload({ ...this.#probe(), once: true }, new Content([]), 1));
  }

  /** Asked once; again after a failure. */
  async #conditionsHold(): Promise<void> {
    this.#conditions ??= this.#translated(this.#bucket, () => verifyConditions(this.#probe()));
    try {
      await this.#conditions;
    } catch (error) {
      this.#conditions = undefined;
      throw error;
    }
  }

  async *#pages(folder: string, delimiter?: string): AsyncGenerator<ListObjectsV2CommandOutput> {
    const prefix = `${this.#prefix}${checkedKey(folder)}/`;
    let token: string | undefined;
    do {
      const request = {
        Bucket: this.#bucket,
        Prefix: prefix,
        ...(delimiter !== undefined && { Delimiter: delimiter }),
        ...(token !== undefined && { ContinuationToken: token }),
      };
      const page = await this.#translated(folder, () => this.#client.send(new ListObjectsV2Command(request)));
      token = page.NextContinuationToken;
      yield page;
    } while (token !== undefined);
  }

  async #upload(target: UploadTarget, content: Content, signal?: AbortSignal): Promise<boolean> {
    try {
      return await upload(target, content, this.#partBytes, signal);
    } catch (error) {
      if (error === content.sourceError) throw error;
      signal?.throwIfAborted();
      throw toStorageError(error, target.key);
    }
  }

  async #translated<T>(what: string, run: () => Promise<T>): Promise<T> {
    return run().catch((error: unknown) => Promise.reject(toStorageError(error, what)));
  }

  #target(key: string): UploadTarget {
    return { client: this.#client, bucket: this.#bucket, key: this.#at(key).Key, once: false };
  }

  /** An object that no key can name, because none begins with a dot. */
  #probe(): UploadTarget {
    return { client: this.#client, bucket: this.#bucket, key: `${this.#prefix}.bullpen`, once: true };
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: `${this.#prefix}${checkedKey(key)}` };
  }
}

function toReadable(body: unknown): Readable {
  if (body instanceof Readable) return body;
  throw new StorageError("unavailable", "The storage answered without a body.");
}

async function orUndefined<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof StorageError && error.code === "not_found") return undefined;
    throw error;
  }
}
