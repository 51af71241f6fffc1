import type { FilePurpose } from "@bullpen/contracts";
import type { FileView } from "@bullpen/protocol";
import { isList, isObject } from "./http/check-answer.js";
import { type FileContent, multipartForm } from "./http/multipart-form.js";
import type { CallOptions, CreateOptions, Transport } from "./http/transport.js";
import { eachOf, type PageOptions } from "./pages.js";
import type { DeletedFile, Page } from "./wire.js";

export interface UploadOptions extends CreateOptions {
  /** What the file is called. Default: `input.jsonl`. */
  readonly filename?: string;
  /** When the file is deleted by itself, in seconds after the upload: 3,600 to 2,592,000. Default: never. */
  readonly expiresAfterSeconds?: number;
  /** Called with the number of bytes sent so far; from 0 again at another attempt. */
  readonly onSent?: (bytes: number) => void;
}

export interface ListFilesOptions extends CallOptions, PageOptions {
  readonly purpose?: FilePurpose;
  /** Default: `desc`, newest first. */
  readonly order?: "asc" | "desc";
}

export interface ContentOptions extends CallOptions {
  /** The first byte. Default: 0. */
  readonly start?: number;
  /** The byte after the last. Default: the file's end. */
  readonly end?: number;
}

const isFile = isObject("file");

/** Input and output files of batches: `/v1/files`. */
export class Files {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Uploads the input file of a batch, in constant memory where `content` is a function.
   *
   * @throws {BullpenError}, or whatever the source of the content throws.
   */
  async upload(content: FileContent, options: UploadOptions = {}): Promise<FileView> {
    const { filename = "input.jsonl", expiresAfterSeconds, onSent, ...callOptions } = options;
    const fields = {
      purpose: "batch",
      ...(expiresAfterSeconds !== undefined && {
        "expires_after[anchor]": "created_at",
        "expires_after[seconds]": String(expiresAfterSeconds),
      }),
    };
    const body = () => multipartForm({ fields, filename, content, onSent });
    return this.#transport.json({ method: "POST", path: "/v1/files", body, ...callOptions }, isFile);
  }

  async get(id: string, options: CallOptions = {}): Promise<FileView> {
    return this.#transport.json({ method: "GET", path: pathOf(id), ...options }, isFile);
  }

  /** The bytes of a file, or a part of them, as they come. @throws {BullpenError} before the first byte. */
  async content(id: string, options: ContentOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const { start = 0, end, ...callOptions } = options;
    const isPart = start > 0 || end !== undefined;
    const headers = isPart ? { range: `bytes=${start}-${end === undefined ? "" : end - 1}` } : undefined;
    const request = { method: "GET", path: `${pathOf(id)}/content`, headers, ...callOptions } as const;
    return (await this.#transport.open(request)).body ?? noBytes();
  }

  /** The text of a file, whole. For large files there is {@link Files.content}. @throws {BullpenError} */
  async text(id: string, options: CallOptions = {}): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const bytes of await this.content(id, options))
      text += decoder.decode(bytes, { stream: true });
    return text + decoder.decode();
  }

  /** One page of the files. */
  async list({ after, limit, order, purpose, ...options }: ListFilesOptions = {}): Promise<Page<FileView>> {
    const query = { after, limit, order, purpose };
    return this.#transport.json({ method: "GET", path: "/v1/files", query, ...options }, isList);
  }

  /** All files, page by page. */
  listAll(options: ListFilesOptions = {}): AsyncGenerator<FileView> {
    return eachOf((after) => this.list({ ...options, after }), options.after);
  }

  /** Deletes a file. A batch that runs on it has its own copy and goes on. */
  async delete(id: string, options: CallOptions = {}): Promise<DeletedFile> {
    return this.#transport.json({ method: "DELETE", path: pathOf(id), ...options }, isFile);
  }
}

function pathOf(id: string): string {
  return `/v1/files/${encodeURIComponent(id)}`;
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}
