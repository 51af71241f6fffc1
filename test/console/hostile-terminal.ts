import assert from "node:assert/strict";
import { runCli } from "../testing/cli.js";
import type { HostileThings } from "./hostile-pages.js";

/** What a terminal would act on. Line ends are ours. */
const ACTIVE = /[^\P{Cc}\n]|\p{Bidi_Control}/u;

/** Places of texts in the corpus: a script, codes of a terminal, marks of direction, and a megabyte. Each command takes seconds. */
const SHOWN = [0, 6, 7, 12];

/** Asserts that commands print hostile texts as texts, whole and as JSON. */
export async function checkTerminal(apiUrl: string, { queries, batch }: HostileThings): Promise<void> {
  const commands = [
    ...SHOWN.map((i) => ["query", "show", queries[i] ?? "", "--prompt"]),
    ["query", "show", queries[6] ?? "", "--json"],
    ["top"],
    ["batch", "watch", batch],
    ["batch", "watch", batch, "--json"],
    ["batch", "status", batch],
    ["batch", "list"],
  ];
  for (const command of commands) {
    const { code, stdout, stderr } = await runCli([...command, "--url", apiUrl]);
    assert.equal(code === 0 || command[1] === "watch", true, `${command.join(" ")}: ${code} ${stderr}`);
    const found = ACTIVE.exec(stdout + stderr);
    const place =
      found && JSON.stringify((stdout + stderr).slice(Math.max(found.index - 40, 0), found.index + 40));
    assert.equal(place, null, `${command.join(" ")} prints what a terminal acts on`);
  }
}
