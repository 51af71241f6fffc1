/** What the operating system refuses by a limit, as programs say it, and what to do about it. */
const LIMITS: readonly (readonly [RegExp, string])[] = [
  [
    /\b(?:EMFILE|ENFILE)\b|too many open files/i,
    "A process may open too few files here (ulimit -n). Allow 1024 or more, and start again.",
  ],
  [
    /\bENOMEM\b|bad_alloc|cannot allocate (?:wasm )?memory|WebAssembly\.\w+\(\): out of memory|process out of memory/i,
    "A process gets too little memory or address space here (ulimit -v, or the limit of its container). Node " +
      "reserves far more addresses than it uses: take that limit away (ulimit -v unlimited), and start again.",
  ],
  [
    /\bEAGAIN\b|pthread_create|uv_thread_create/,
    "This user may start too few processes and threads here (ulimit -u, or the limit of its container). Allow " +
      "more, and start again.",
  ],
];

/** What to do about a limit that a program's last words speak of; `undefined` where they speak of none. */
export function explainLimit(text: string): string | undefined {
  return LIMITS.find(([pattern]) => pattern.test(text))?.[1];
}
