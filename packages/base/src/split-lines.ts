const LF = 0x0a;

/** The whole lines of a byte stream cut anywhere, each with its LF. An unfinished last line is left out. */
export async function* splitLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pending: Uint8Array[] = [];
  for await (const bytes of source) {
    let from = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
      pending.push(bytes.subarray(from, end + 1));
      yield pending.length === 1 && pending[0] ? pending[0] : Buffer.concat(pending);
      pending = [];
      from = end + 1;
    }
    if (from < bytes.byteLength) pending.push(bytes.subarray(from));
  }
}
