import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { decodeText, foreignFormat } from "@bullpen/contracts";
import { z } from "zod";
import type { Document, DocumentList, LeftOut } from "./list-documents.js";
import { splitParagraphs } from "./paragraphs.js";

/** A part of a document that can be a result. */
export interface Passage {
  /** The document's title and the headings above the passage, outermost first. */
  readonly context: readonly string[];
  readonly text: string;
  /** The address that the document names, or else its path. */
  readonly url: string;
}

/** The passages of a document, and its parts that were left out. */
interface ReadDocument {
  readonly passages: readonly Passage[];
  readonly leftOut: readonly LeftOut[];
}

/** The passages of all documents, and what was left out. */
export interface ReadDocuments extends ReadDocument {
  /** Documents that were read, at least in part. */
  readonly documents: number;
}

/** An index takes several times the memory of its text. */
export const MAX_DOCUMENT_BYTES = 32 * 1_024 * 1_024;

/** The number of bad lines that a message names. */
const MAX_LINES_NAMED = 5;

const recordSchema = z.object({
  title: z.string().optional(),
  url: z.string().optional(),
  text: z.string(),
});

/**
 * The passages of all documents: the paragraphs of Markdown and text, the records' texts of JSONL. A file that cannot be
 * read, or a line that is not a record, is left out alone.
 */
export async function readDocuments(list: DocumentList): Promise<ReadDocuments> {
  const passages: Passage[] = [];
  const leftOut: LeftOut[] = [...list.leftOut];
  let documents = 0;
  for (const document of list.documents) {
    const read = await readDocument(document);
    for (const passage of read.passages) passages.push(passage);
    leftOut.push(...read.leftOut);
    if (read.leftOut.every((each) => each.lines !== undefined)) documents++;
  }
  return { passages, leftOut, documents };
}

async function readDocument({ path, file, bytes }: Document): Promise<ReadDocument> {
  const without = (problem: string) => ({ passages: [], leftOut: [{ path, problem }] });
  if (bytes > MAX_DOCUMENT_BYTES) {
    const problem = `It has ${bytes} bytes, more than the ${MAX_DOCUMENT_BYTES} that a document may have. Split it.`;
    return without(problem);
  }
  let content: Uint8Array;
  try {
    content = await readFile(file);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? error.code : error;
    return without(`It cannot be read (${reason}). Check its permissions.`);
  }
  const decoded = decodeText(content);
  if (/\.jsonl$/i.test(path)) {
    if ("text" in decoded) return readRecords(path, decoded.text.split(LINE_END));
    return foreignFormat(content) === undefined
      ? readRecords(path, separateLines(content))
      : without(decoded.problem);
  }
  if ("problem" in decoded) return without(decoded.problem);
  const paragraphs = splitParagraphs(path, decoded.text);
  return { passages: paragraphs.map((paragraph) => ({ ...paragraph, url: path })), leftOut: [] };
}

const LINE_END = /\r\n|[\n\r]/;

/** The lines of a file. Those that are not UTF-8 are undefined. */
function separateLines(content: Uint8Array): (string | undefined)[] {
  // Latin-1 maps each byte to one character and back.
  const lines = Buffer.from(content).toString("latin1").split(LINE_END);
  return lines.map((line) => {
    const bytes = Buffer.from(line, "latin1");
    return isUtf8(bytes) ? bytes.toString("utf8") : undefined;
  });
}

/** One record per line: `{"text": "…"}`, with optional `title` and `url`. */
function readRecords(path: string, lines: readonly (string | undefined)[]): ReadDocument {
  const name = basename(path, extname(path)).replace(/[-_]+/g, " ");
  const passages: Passage[] = [];
  const bad: number[] = [];
  for (const [i, line] of lines.entries()) {
    const text = line?.replace(/^\uFEFF/, "");
    if (text?.trim() === "") continue;
    const record = text === undefined ? undefined : parseRecord(text);
    if (!record) bad.push(i + 1);
    else if (record.text.trim() !== "") {
      passages.push({ context: [record.title ?? name], text: record.text, url: record.url ?? path });
    }
  }
  return { passages, leftOut: bad.length === 0 ? [] : [badLines(path, bad)] };
}

function badLines(path: string, lines: readonly number[]): LeftOut {
  const named = lines.slice(0, MAX_LINES_NAMED).join(", ");
  const which =
    lines.length === 1
      ? `Line ${named} is`
      : `Lines ${named}${lines.length > MAX_LINES_NAMED ? ` and ${lines.length - MAX_LINES_NAMED} more` : ""} are`;
  const problem = `${which} no JSON object with a "text", in UTF-8.`;
  return { path, problem, lines: lines.length };
}

function parseRecord(line: string): z.output<typeof recordSchema> | undefined {
  try {
    return recordSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
