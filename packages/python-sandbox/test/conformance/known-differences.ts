/** Snippets whose outcome differs from the reference's: the outcome, and why. */
export interface KnownDifference {
  readonly source: RegExp;
  readonly outcome: { readonly value: string } | { readonly error: string };
  readonly why: string;
}

const MATH = "the C library is musl, not glibc: its mathematical functions differ in the last digit";

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    source: /^output = "hello"\[10:\]$/,
    outcome: { value: "(an empty text)" },
    why: "an outcome without any text would tell a model nothing",
  },
  {
    source: /hash\(10 \*\* 20\)$/,
    outcome: { value: "(True, True, 983481456)" },
    why: "WebAssembly is a 32-bit machine, where hashes have 32 bits",
  },
  {
    source: /^import math; output = math\.sinh/,
    outcome: {
      value:
        "(1.1752011936438014, 1.543080634815244, 0.7615941559557649, 0.881373587019543, 1.3169578969248166, 0.5493061443340548)",
    },
    why: MATH,
  },
  {
    source: /^import math; output = math\.exp\(1\)/,
    outcome: { value: "(2.7182818284590455, 1.00000000005e-10, 1.4142135623730951, 3.0)" },
    why: MATH,
  },
  {
    source: /^import random; output = random\.Random\(7\)/,
    outcome: { value: "(17485029721327973432, 0.1956574221174021, 0.026109425641820148)" },
    why: MATH,
  },
  {
    source: /^import asyncio\nasync def sq/,
    outcome: { error: "OSError" },
    why: "an event loop needs a socket, and there are none",
  },
  {
    source: /^raise OSError\(2, /,
    outcome: { error: "PermissionError" },
    why: "WASI numbers system errors differently from Linux",
  },
];
