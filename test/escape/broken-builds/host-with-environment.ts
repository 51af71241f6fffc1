import { WasiHost, type WasiHostOptions } from "@bullpen/tool-worker/calculator/wasi-host";
import { BAIT_VARIABLE } from "../bait.js";

/** Passes one variable of the host's environment on, as `environ_get` of a careless host would pass all. */
export class HostWithEnvironment extends WasiHost {
  readonly #memory: WebAssembly.Memory;
  readonly #variable = Buffer.from(`${BAIT_VARIABLE}=${process.env[BAIT_VARIABLE]}\0`);

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
