import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { batchLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";

export interface Answer {
  readonly status: number;
  readonly body: {
    readonly id?: string;
    readonly error?: { code: string; param: string | null; message: string };
  };
}

/** Sends a POST as it is, without the checks of a client. */
export async function post(
  url: string,
  body: string | FormData,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, { method: "POST", body, headers });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

/** The paths of all files in a data folder, but for the audit log, which grows with each request. */
export async function filesIn(dataDir: string): Promise<string[]> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return paths.filter((path) => !path.startsWith(join(dataDir, "audit/")));
}

/** Waits until a data folder has no other files than before: parts of the audit log come and go a moment later. */
export async function nothingIsLeft(dataDir: string, before: readonly string[]): Promise<void> {
  await until("nothing is left", async () => (await filesIn(dataDir)).every((path) => before.includes(path)));
}

export function form(parts: Readonly<Record<string, string | File>>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(parts)) data.append(name, value);
  return data;
}

export const file = (name = "a.jsonl", content = batchLine("a", "hello")) => new File([content], name);
export const multipart = (boundary: string) => ({
  "content-type": `multipart/form-data; boundary=${boundary}`,
});
/** One part of a form whose boundary is `x`. */
export const part = (headers: string, content: string) => `--x\r\n${headers}\r\n\r\n${content}\r\n`;
export const filePart = part('Content-Disposition: form-data; name="file"; filename="a.jsonl"', "{}");
export const purposePart = part('Content-Disposition: form-data; name="purpose"', "batch");
