import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ROOT } from "./run-app.js";

/**
 * Where and how a session's commands run. Sessions are pages whose `console` blocks hold commands (`$ …`) and what each prints on both streams together. In an
 * expected line `<name>` stands for a word, `<name...>` for any text; both mean the same text wherever the name comes
 * again, in commands too. `<...>` is any text at all. Lines of progress are not compared: whether one is printed depends
 * on how long a command takes.
 */
export interface SessionOptions {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Step {
  readonly command: string;
  readonly expected: readonly string[];
}

/** Longer than any command of a session takes on a busy machine, in milliseconds. */
const DEADLINE_MS = 120_000;

/** ` 40% 2/5 lines, …`, as `Progress` prints it without a terminal. */
const PROGRESS_LINE = /^ {0,2}\d{1,3}% /;

/** Runs the commands of a session, one after the other. @returns how many there were. */
export async function runSession(page: string, options: SessionOptions): Promise<number> {
  const values = new Map<string, string>();
  const steps = stepsOf(page);
  for (const { command, expected } of steps) {
    const filled = command.replaceAll(/<(\w+)>/g, (whole, name: string) => values.get(name) ?? whole);
    const printed = (await run(filled, options))
      .replace(/\n$/, "")
      .split("\n")
      .filter((line) => !PROGRESS_LINE.test(line));
    const shown = `$ ${filled}\n${printed.join("\n")}\n--- expected:\n${expected.join("\n")}\n`;
    const isSilent = expected.length === 0 && printed.join("") === "";
    assert.equal(printed.length, isSilent ? 1 : expected.length, shown);
    for (const [i, line] of expected.entries()) take(line, printed[i] ?? "", values, shown);
  }
  return steps.length;
}

function stepsOf(page: string): Step[] {
  const blocks = [...page.matchAll(/^```console\n(.*?)^```/gms)].map(([, block = ""]) => block);
  const steps: { command: string; expected: string[] }[] = [];
  for (const line of blocks.flatMap((block) => block.replace(/\n$/, "").split("\n"))) {
    if (line.startsWith("$ ")) steps.push({ command: line.slice(2), expected: [] });
    else steps.at(-1)?.expected.push(line);
  }
  return steps;
}

/** Runs a command by the shell; `npx bullpen` is this tree's. */
async function run(command: string, { folder, env }: SessionOptions): Promise<string> {
  const bin = join(ROOT, "apps/cli/bin/bullpen.js");
  const ours = command.replaceAll("npx bullpen", `"${process.execPath}" "${bin}"`);
  const child = spawn("sh", ["-c", `{ ${ours}\n} 2>&1`], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "inherit"],
    timeout: DEADLINE_MS,
  });
  return text(child.stdout);
}

/** Compares a line and keeps the values of its placeholders. */
function take(expected: string, printed: string, values: Map<string, string>, shown: string): void {
  const names: string[] = [];
  const pattern = expected
    .split(/(<\w*(?:\.\.\.)?>)/)
    .map((part) => {
      const [, name, rest] = /^<(\w*)(\.\.\.)?>$/.exec(part) ?? [];
      if (name === undefined) return escaped(part);
      const known = values.get(name);
      if (known !== undefined) return escaped(known);
      names.push(name);
      return rest ? "(.*?)" : "(\\S+?)";
    })
    .join("");
  const found = new RegExp(`^${pattern}$`).exec(printed);
  assert.ok(found, `this line is another than expected: ${printed}\n${shown}`);
  for (const [i, name] of names.entries()) if (name !== "") values.set(name, found[i + 1] ?? "");
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
