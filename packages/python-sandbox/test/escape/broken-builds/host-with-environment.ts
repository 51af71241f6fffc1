import { WasiHost, type WasiHostOptions } from "#src/host/wasi-host.js";
import { CANARY_VARIABLE } from "../canary.js";

/** A host that passes on one environment variable, as a careless host would pass on all. */
export class HostWithEnvironment extends WasiHost {
  readonly #memory: WebAssembly.Memory;
  readonly #variable = Buffer.from(`${CANARY_VARIABLE}=${process.env[CANARY_VARIABLE]}\0`);

  constructor(options: WasiHostOptions) {
    super(options);
    this.#memory = options.memory;
  }

  override imports(module: WebAssembly.Module) {
    const view = () => new DataView(this.#memory.buffer);
    return {
      ...super.imports(module),
      environ_sizes_get: (count: number, size: number) => {
        view().setUint32(count, 1, true);
        view().setUint32(size, this.#variable.length, true);
        return 0;
      },
      environ_get: (pointers: number, text: number) => {
        view().setUint32(pointers, text, true);
        new Uint8Array(this.#memory.buffer).set(this.#variable, text);
        return 0;
      },
    };
  }
}
