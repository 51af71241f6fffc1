import { readFileSync } from "node:fs";
import { WasiHost, type WasiHostOptions } from "#src/host/wasi-host.js";

/** Error numbers of WASI preview 1. */
const OK = 0;
const BAD_DESCRIPTOR = 8;
const NO_ENTRY = 44;

/** The descriptors of the preopened directory and of the file that was opened last. */
const ROOT = 3;
const FILE = 4;

const DIRECTORY_TYPE = 3;
const FILE_TYPE = 4;

/** A host with the directory `/` open for reading, as a careless host would have it to find modules. */
export class HostWithFiles extends WasiHost {
  readonly #memory: WebAssembly.Memory;
  #rest = Buffer.alloc(0);

  constructor(options: WasiHostOptions) {
    super(options);
    this.#memory = options.memory;
  }

  override imports(module: WebAssembly.Module): Record<string, WebAssembly.HostFunction> {
    const calls = super.imports(module);
    return { ...calls, ...this.#preopen(), ...this.#files(calls) };
  }

  #preopen() {
    return {
      fd_prestat_get: (fd: number, at: number) => {
        if (fd !== ROOT) return BAD_DESCRIPTOR;
        this.#fill(at, 8);
        this.#view().setUint32(at + 4, 1, true);
        return OK;
      },
      fd_prestat_dir_name: (_fd: number, at: number) => {
        this.#view().setUint8(at, "/".charCodeAt(0));
        return OK;
      },
      path_filestat_get: (_fd: number, _flags: number, path: number, length: number, at: number) => {
        try {
          const size = readFileSync(this.#path(path, length)).length;
          return this.#describe(at, FILE_TYPE, size);
        } catch {
          return NO_ENTRY;
        }
      },
    };
  }

  #files(calls: Record<string, WebAssembly.HostFunction>) {
    // The casts state the types of these calls in wasi-host.ts.
    const stat = calls.fd_filestat_get as (fd: number, at: number) => number;
    const rights = calls.fd_fdstat_get as (fd: number, at: number) => number;
    const read = calls.fd_read as (fd: number, vectors: number, count: number, size: number) => number;
    return {
      path_open: (...[, , path, length, , , , , opened]: number[]) => {
        try {
          this.#rest = readFileSync(this.#path(path ?? 0, length ?? 0));
        } catch {
          return NO_ENTRY;
        }
        this.#view().setUint32(opened ?? 0, FILE, true);
        return OK;
      },
      fd_filestat_get: (fd: number, at: number) =>
        fd === FILE ? this.#describe(at, FILE_TYPE, this.#rest.length) : stat(fd, at),
      fd_fdstat_get: (fd: number, at: number) => {
        if (fd !== ROOT && fd !== FILE) return rights(fd, at);
        this.#fill(at, 24);
        this.#view().setUint8(at, fd === ROOT ? DIRECTORY_TYPE : FILE_TYPE);
        this.#view().setBigUint64(at + 8, 0xffff_ffff_ffff_ffffn, true);
        this.#view().setBigUint64(at + 16, 0xffff_ffff_ffff_ffffn, true);
        return OK;
      },
      fd_read: (fd: number, vectors: number, count: number, size: number) => {
        if (fd !== FILE) return read(fd, vectors, count, size);
        const length = this.#view().getUint32(vectors + 4, true);
        const part = this.#rest.subarray(0, length);
        new Uint8Array(this.#memory.buffer).set(part, this.#view().getUint32(vectors, true));
        this.#rest = this.#rest.subarray(part.length);
        this.#view().setUint32(size, part.length, true);
        return OK;
      },
    };
  }

  /** A file's attributes: 64 bytes, its type at 16, its size at 32. */
  #describe(at: number, type: number, size: number): number {
    this.#fill(at, 64);
    this.#view().setUint8(at + 16, type);
    this.#view().setBigUint64(at + 32, BigInt(size), true);
    return OK;
  }

  #path(at: number, length: number): string {
    return `/${Buffer.from(this.#memory.buffer, at, length).toString()}`;
  }

  #fill(at: number, length: number): void {
    new Uint8Array(this.#memory.buffer, at, length).fill(0);
  }

  #view(): DataView {
    return new DataView(this.#memory.buffer);
  }
}
