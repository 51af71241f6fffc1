/**
 * Passes UTF-8 on in whole lines, as soon as each chunk completes some. Streams of several processes that share one
 * output do not cut into each other's lines then.
 *
 * @param write gets one or more lines with their LF.
 * @returns the function that takes chunks, cut anywhere.
 */
export function wholeLines(write: (lines: string) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = "";
  return (chunk) => {
    rest += decoder.decode(chunk, { stream: true });
    const end = rest.lastIndexOf("\n") + 1;
    if (end === 0) return;
    write(rest.slice(0, end));
    rest = rest.slice(end);
  };
}
