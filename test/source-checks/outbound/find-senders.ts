/** Modules by which a process can connect to another. */
const MODULES = new Set([
  "http",
  "https",
  "http2",
  "net",
  "tls",
  "dgram",
  "undici",
  "needle",
  "axios",
  "got",
  "node-fetch",
  "duck-duck-scrape",
]);

/** What these modules offer that connects to nothing. */
const PASSIVE = new Set([
  "createSecureContext",
  "createServer",
  "isIP",
  "Server",
  "IncomingMessage",
  "ServerResponse",
  "STATUS_CODES",
  "TLSSocket",
  "validateHeaderValue",
]);

const GLOBALS = ["fetch", "XMLHttpRequest", "WebSocket", "EventSource"];

/** What a source has that sends something to another process, such as `fetch` or `request of node:http`. */
export function findSenders(source: string): string[] {
  return [...importedSenders(source), ...globalSenders(source)];
}

function importedSenders(source: string): string[] {
  const found: string[] = [];
  for (const match of source.matchAll(/\b(?:from|import\(|require\() ?"(?:node:)?([\w-]+)"/g)) {
    const name = match[1] ?? "";
    if (!MODULES.has(name)) continue;
    if (!match[0].startsWith("from")) {
      found.push(`all of ${name}`);
      continue;
    }
    const clause = source
      .slice(source.lastIndexOf("import", match.index) + "import".length, match.index)
      .trim();
    if (clause.startsWith("type ")) continue;
    const names = /^\{([^}]*)\}$/
      .exec(clause)?.[1]
      ?.split(",")
      .map((one) => one.trim()) ?? [`all`];
    for (const one of names) {
      const [imported = ""] = one.split(" as ");
      if (imported !== "" && !imported.startsWith("type ") && !PASSIVE.has(imported))
        found.push(`${imported} of ${name}`);
    }
  }
  return found;
}

/** Names that belong to the runtime: not those of an object, of a parameter, of a type, or of prose. */
function globalSenders(source: string): string[] {
  const code = source
    .split("\n")
    .filter((line) => !/^\s{0,20}(?:\/\/|\*|\/\*)/.test(line))
    .join("\n");
  return GLOBALS.filter((name) => {
    for (let at = code.indexOf(name); at >= 0; at = code.indexOf(name, at + name.length)) {
      const before = code.slice(Math.max(0, at - 20), at);
      const after = code.slice(at + name.length, at + name.length + 20);
      if (/[\w$"'`\-#]$/.test(before) || /^[\w$"'`-]/.test(after)) continue;
      if (/(?<!globalThis)\.$/.test(before)) continue;
      if (/\b(?:function|async|typeof) $/.test(before)) continue;
      if (/^\(/.test(after) || /^\s*[,;)}\]]/.test(after) || /\bnew $/.test(before)) return true;
    }
    return false;
  });
}
