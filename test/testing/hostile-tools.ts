/** Bodies of a tool's `run` that settle at once, by what they do, and what the model is to be told. */
export const ODD: Record<string, [string, RegExp]> = {
  "throws a text": ["throw 'a text'", /^Error: a text$/],
  "throws nothing": ["throw undefined", /^Error: undefined$/],
  "throws a plain object": ["throw { code: 7 }", /^Error: \{"code":7\}$/],
  "throws a symbol": ["throw Symbol('s')", /^Error: Symbol\(s\)$/],
  "throws what cannot be a text": [
    "throw { toString() { throw new Error('no') } }",
    /^Error: an error without a message$/,
  ],
  "throws an object without a prototype": [
    "throw Object.create(null)",
    /^Error: an error without a message$/,
  ],
  "throws an error whose message throws": [
    "throw Object.defineProperty(new Error(), 'message', { get() { throw 1 } })",
    /^Error: an error without a message$/,
  ],
  "throws a very long error": [
    "throw new Error('upstream said no '.repeat(12_000))",
    /^Error: (?:upstream said no ?){1,24}…$/,
  ],
  "throws what failed behind a fetch": [
    "throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })",
    /^Error: fetch failed: connect ECONNREFUSED$/,
  ],
  "gives a cyclic object": [
    "const a = {}; a.a = a; return a",
    /^Error: the tool's result cannot be written as JSON \(.*circular/,
  ],
  "gives a BigInt": ["return 10n", /^10$/],
  "gives a BigInt inside": ["return { a: 10n }", /^Error: .*cannot be written as JSON \(.*BigInt/],
  "gives a toJSON that throws": ["return { toJSON() { throw new Error('in toJSON') } }", /\(in toJSON\)/],
  "gives a proxy that throws": [
    "return new Proxy({}, { get() { throw new Error('trap') } })",
    /^Error: trap$/,
  ],
  "gives nothing": ["return undefined", /^The tool gave no output\.$/],
  "gives a symbol": ["return Symbol('x')", /^The tool gave no output\.$/],
  "gives a text of 100 MB": ["return 'word '.repeat(20_000_000)", /^(?:word )+word…$/],
  "gives what UTF-8 cannot write": ["return '\\0\\ud800'", /^\0\ud800$/],
  "talks to a parent": [
    "for (let id = 0; id < 1e5; id++) process.send?.({ type: 'done', id }); return 'x'",
    /^x$/,
  ],
};

/** Of a call that does not end: its tool's limit is to be a second. */
export const LATE = /^Error: no result within 1 seconds\.$/;
const DEADLY = "Error: the tool ended its process 3 times";

/** The same for bodies that do not end, or that end more than themselves. */
export const HARMFUL: Record<string, [string, RegExp]> = {
  "gives a thenable that never settles": ["return { then() {} }", LATE],
  "never ends": ["return new Promise(() => {})", LATE],
  spins: ["for (;;);", LATE],
  "spins after a while": ["await null; return /^(a+)+$/.test('a'.repeat(60) + '!')", LATE],
  "takes itself off the line": ["process.removeAllListeners(); for (;;);", LATE],
  "floods standard output": [
    "for (;;) process.stdout.write('x'.repeat(65_536) + '\\n')",
    // A thread keeps what nobody has read yet: on a fast machine it is out of memory before it is late.
    new RegExp(`${LATE.source}|^${DEADLY} \\(it needed more than 64 MiB of memory\\)`),
  ],
  "ends its process": ["process.exit(7)", new RegExp(`^${DEADLY} \\(exit code 7\\)`)],
  "runs out of memory": [
    "const a = []; for (;;) a.push(new Array(1e5).fill(Math.random()));",
    new RegExp(`^${DEADLY} \\(it needed more than 64 MiB of memory\\)`),
  ],
  "throws in a callback while it runs": [
    "setTimeout(() => { throw new Error('stray') }); return new Promise(() => {})",
    /^Error: stray$/,
  ],
};

/** What takes a process with it, and so no thread can hold. */
export const DEADLY_TO_PROCESSES: Record<string, [string, RegExp]> = {
  aborts: ["process.abort()", new RegExp(`^${DEADLY} \\(signal SIGABRT\\)`)],
  "kills its process": [
    "process.kill(process.pid, 'SIGKILL')",
    new RegExp(`^${DEADLY} \\(signal SIGKILL\\)`),
  ],
  "closes the channel": ["process.disconnect(); return 'x'", new RegExp(`^${DEADLY}`)],
};

/** A module with a tool of one's own. */
export function toolModule(name: string, body: string, fields = ""): string {
  return `export default { name: ${JSON.stringify(name)}, description: "d", ${fields}
    async run(input, { signal }) { ${body} } };`;
}
