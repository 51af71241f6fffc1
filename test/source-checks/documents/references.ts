import { dirname, join, normalize } from "node:path/posix";

export interface Reference {
  readonly line: number;
  readonly kind: "link" | "path" | "file name" | "symbol" | "script";
  readonly name: string;
}

const TOP_FOLDERS = "packages|apps|test|docs|bench|scripts|infra|models|examples|\\.github|\\.ci";
const FILE = /^[\w.@*-]+(?:\/[\w.@*-]+)*\.(?:ts|mjs|js|py|md|json|yml|lua|sh|svg|jsonl|cu|h)$/;
const FOLDER = new RegExp(`^(?:${TOP_FOLDERS})/[\\w./@*-]*$`);
const SYMBOL =
  /^(?:[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+|[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)$/;

/** What a Markdown document names: links, and in backticks paths, symbols and npm scripts. */
export function referencesOf(markdown: string): Reference[] {
  let isCode = false;
  return markdown.split("\n").flatMap((text, index): Reference[] => {
    const line = index + 1;
    const scripts = [...text.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)].map(
      ([, name = ""]): Reference => ({ line, kind: "script", name }),
    );
    if (/^\s*```/.test(text)) isCode = !isCode;
    if (isCode) return scripts;
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, name = ""]) => name)
      .filter((name) => !/^[a-z]+:/.test(name))
      .map((name): Reference => ({ line, kind: "link", name }));
    const named = [...text.matchAll(/`([^`]+)`/g)].flatMap(([, code = ""]) =>
      inCode(code).map((reference): Reference => ({ line, ...reference })),
    );
    return [...scripts, ...links, ...named];
  });
}

function inCode(code: string): Omit<Reference, "line">[] {
  if (FILE.test(code)) return [{ kind: code.includes("/") ? "path" : "file name", name: code }];
  if (FOLDER.test(code)) return [{ kind: "path", name: code }];
  const call = /^#?([\w.]+)(?:\(.*\))?$/.exec(code);
  return (call?.[1] ?? "")
    .split(".")
    .filter((part) => SYMBOL.test(part))
    .map((name) => ({ kind: "symbol", name }));
}

/** A path of a document from the repository's root, and from the document's folder. */
export function placesOf(document: string, name: string): string[] {
  return [name, join(dirname(document), name)].map((path) => normalize(path).replace(/\/$/, ""));
}

/** The anchor that Markdown makes of a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
