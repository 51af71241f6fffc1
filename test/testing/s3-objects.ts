import { createHash, randomUUID } from "node:crypto";

/** What the server refuses, by S3's code. */
export class S3Fault extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

interface StoredObject {
  readonly content: Buffer;
  readonly etag: string;
  readonly writer: string | undefined;
}

interface Upload {
  readonly key: string;
  readonly writer: string | undefined;
  readonly parts: Map<number, Buffer>;
}

interface ListOptions {
  readonly prefix: string;
  readonly delimiter: string;
  readonly after: string;
  readonly limit: number;
}

/** The objects and unfinished uploads of one bucket. */
export class S3Objects {
  readonly #objects = new Map<string, StoredObject>();
  readonly #uploads = new Map<string, Upload>();
  readonly #keepsConditions: boolean;

  constructor(keepsConditions: boolean) {
    this.#keepsConditions = keepsConditions;
  }

  get unfinishedUploads(): number {
    return this.#uploads.size;
  }

  entries(): [string, Buffer][] {
    return [...this.#objects].map(([key, { content }]) => [key, content]);
  }

  get(key: string): StoredObject {
    const object = this.#objects.get(key);
    if (!object) throw new S3Fault(404, "NoSuchKey");
    return object;
  }

  put(key: string, content: Buffer, writer: string | undefined, once: boolean): string {
    if (once && this.#keepsConditions && this.#objects.has(key)) throw new S3Fault(412, "PreconditionFailed");
    const etag = etagOf(content);
    this.#objects.set(key, { content: Buffer.from(content), etag, writer });
    return etag;
  }

  remove(key: string): void {
    this.#objects.delete(key);
  }

  /** The source of a copy: `bucket/key`, encoded, and maybe a range. */
  copied(source: string, range: unknown): Buffer {
    const [, ...path] = source.replace(/^\//, "").split("/");
    const { content } = this.get(decodeURIComponent(path.join("/")));
    const edges = /^bytes=(\d+)-(\d+)$/.exec(String(range));
    return edges ? content.subarray(Number(edges[1]), Number(edges[2]) + 1) : content;
  }

  begin(key: string, writer: string | undefined): string {
    const id = randomUUID();
    this.#uploads.set(id, { key, writer, parts: new Map() });
    return id;
  }

  putPart(id: string, number: number, content: Buffer): string {
    this.#upload(id).parts.set(number, Buffer.from(content));
    return etagOf(content);
  }

  complete(key: string, id: string, numbers: readonly number[], once: boolean): string {
    const { parts, writer } = this.#upload(id);
    const contents = numbers.map((number) => {
      const part = parts.get(number);
      if (!part) throw new S3Fault(400, "InvalidPart");
      return part;
    });
    const sizes = new Set(contents.slice(0, -1).map((part) => part.byteLength));
    // R2 is stricter than AWS here.
    if (sizes.size > 1) throw new S3Fault(400, "InvalidPart");
    const etag = this.put(key, Buffer.concat(contents), writer, once);
    this.#uploads.delete(id);
    return etag;
  }

  abort(id: string): void {
    this.#upload(id);
    this.#uploads.delete(id);
  }

  list({ prefix, delimiter, after, limit }: ListOptions) {
    const contents: { key: string; bytes: number }[] = [];
    const prefixes: string[] = [];
    let last = after;
    for (const key of [...this.#objects.keys()].filter((name) => name.startsWith(prefix)).sort()) {
      const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      const entry = cut === -1 ? key : key.slice(0, cut + 1);
      if (entry <= last) continue;
      if (contents.length + prefixes.length === limit) return { contents, prefixes, next: last };
      if (cut === -1) contents.push({ key, bytes: this.get(key).content.byteLength });
      else prefixes.push(entry);
      last = entry;
    }
    return { contents, prefixes, next: undefined };
  }

  #upload(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (!upload) throw new S3Fault(404, "NoSuchUpload");
    return upload;
  }
}

function etagOf(content: Buffer): string {
  return `"${createHash("md5").update(content).digest("hex")}"`;
}
