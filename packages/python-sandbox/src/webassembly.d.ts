/**
 * The part of the WebAssembly JavaScript API that the sandbox uses: the TypeScript library has these
 * types only together with the whole DOM. Source: https://webassembly.github.io/spec/js-api/
 */
declare namespace WebAssembly {
  type HostFunction = (...args: never[]) => number;

  class Memory {
    /** In pages of 64 KiB. */
    constructor(size: { initial: number; maximum: number });
    readonly buffer: ArrayBuffer;
  }

  class Module {
    private constructor();
    static imports(module: Module): { module: string; name: string; kind: string }[];
  }

  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, HostFunction | Memory>>);
    readonly exports: Record<string, unknown>;
  }

  function compile(bytes: Uint8Array): Promise<Module>;
}
