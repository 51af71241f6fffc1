import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { INPUT_FORMATS } from "@bullpen/contracts";

const BULLPEN = fileURLToPath(new URL("../../bin/bullpen.js", import.meta.url));

/** What is typed before Tab, and what must be offered. */
const OFFERS: readonly (readonly [typed: string, offered: readonly string[]])[] = [
  ["ba", ["backup", "batch"]],
  ["batch st", ["status"]],
  ["batch submit --fo", ["--format"]],
  ["batch submit --format ", [...INPUT_FORMATS].sort()],
  ["batch submit --format csv my", ["my questions.csv", "my-folder"]],
  ["batch submit -o out.jsonl my-f", ["my-folder"]],
  ["submit --wait --priority 3 my\\ q", ["my questions.csv"]],
  ["up --model qwen3", ["qwen3-4b-instruct"]],
  ["up --data m", ["my-folder"]],
  ["query --votes 3 sh", ["show"]],
  ["query --vot", ["--votes"]],
  ["eval import ", ["gaia", "gsm8k", "hotpotqa"]],
  ["eval import gsm8k my-f", ["my-folder"]],
  ["completion ", ["bash", "fish", "zsh"]],
  ["batch status no-such-", []],
];

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "bullpen-completion-"));
  writeFileSync(join(folder, "my questions.csv"), "");
  spawnSync("mkdir", [join(folder, "my-folder")]);
});
after(() => rmSync(folder, { recursive: true, force: true }));

const printed = new Map<string, string>();

function completionFor(shell: string): string {
  const known = printed.get(shell);
  if (known !== undefined) return known;
  const { stdout, stderr, status } = spawnSync(process.execPath, [BULLPEN, "completion", shell], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  printed.set(shell, stdout);
  return stdout;
}

const isMissing = (shell: string) =>
  spawnSync(shell, ["-c", "true"]).status === 0 ? false : `there is no ${shell} here`;

/** What a shell prints for a script. */
function run(shell: string, args: readonly string[], script: string): string[] {
  const { stdout, stderr, status } = spawnSync(shell, [...args, "-c", script], {
    cwd: folder,
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, LC_ALL: "C.UTF-8", HOME: folder },
  });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, "");
  return stdout.split("\n").slice(0, -1);
}

/** Lines that sections follow, each beginning with a line `== <number>`. */
function sections(lines: readonly string[]): string[][] {
  const found: string[][] = [];
  for (const line of lines) {
    if (line.startsWith("== ")) found.push([]);
    else found.at(-1)?.push(line);
  }
  return found;
}

describe("completion", () => {
  test("bash offers commands, options, choices, models and files", () => {
    const tries = OFFERS.map(
      ([typed], i) => `echo "== ${i}"; try bullpen ${typed}${typed.endsWith(" ") ? "''" : ""}`,
    );
    const script = `${completionFor("bash")}
      try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bullpen; printf '%s\\n' "\${COMPREPLY[@]}"; }
      ${tries.join("\n")}`;
    const offered = sections(run("bash", ["--norc"], script));
    OFFERS.forEach(([typed, expected], i) => {
      const found = offered[i]?.filter((word) => word !== "").sort();
      assert.deepEqual(found, expected, typed);
    });
  });

  test("bash takes an option and its value that are joined by =", () => {
    const script = `${completionFor("bash")}
      COMP_WORDS=(bullpen batch submit --format = j); COMP_CWORD=5; _bullpen; echo "\${COMPREPLY[@]}"
      COMP_WORDS=(bullpen batch submit --format =); COMP_CWORD=4; _bullpen; echo "\${COMPREPLY[@]}"
      complete -p bullpen`;
    assert.deepEqual(run("bash", ["--norc"], script), [
      "jsonl",
      INPUT_FORMATS.join(" "),
      "complete -F _bullpen bullpen",
    ]);
  });

  test("fish offers the same, with descriptions", { skip: isMissing("fish") }, () => {
    const tries = OFFERS.map(([typed], i) => `echo "== ${i}"; complete -C 'bullpen ${typed}'`);
    const offered = sections(run("fish", ["--no-config"], [completionFor("fish"), ...tries].join("\n")));
    OFFERS.forEach(([typed, expected], i) => {
      const found = offered[i]?.map((line) => line.split("\t")[0]?.replace(/\/$/, "").replaceAll("\\", ""));
      assert.deepEqual(found?.sort(), expected, typed);
    });
    assert.deepEqual(offered[1], ["status\tthe state of a batch; without an id, the newest ones"]);
  });

  test("zsh completes a line that somebody types", { skip: isMissing("zsh") }, () => {
    const lines = [
      ["bullpen bat", "bullpen batch "],
      ["bullpen batch submit --fo", "bullpen batch submit --format "],
      ["bullpen batch submit --format j", "bullpen batch submit --format jsonl "],
      ["bullpen batch submit --format=j", "bullpen batch submit --format=jsonl "],
      ["bullpen batch submit --format csv my\\ q", "bullpen batch submit --format csv my\\ questions.csv "],
      ["bullpen up --model qwen3", "bullpen up --model qwen3-4b-instruct "],
      ["bullpen up --data m", "bullpen up --data my-folder/"],
      ["bullpen completion z", "bullpen completion zsh "],
    ] as const;
    writeFileSync(join(folder, "completion.zsh"), completionFor("zsh"));
    const typed = lines.map(([line]) => `zpty -w -n z '${line}'$'\\t\\x18s'; zpty -r z text '*<>*'`);
    // An interactive zsh in a terminal of its own. ^X s writes the line as it is then, and empties it.
    const script = `zmodload zsh/zpty
      zpty z zsh -f -i
      zpty -w z 'PS1=; autoload -U compinit; compinit -u -D; source ./completion.zsh'
      zpty -w z 'w() { print -r -- "$BUFFER" >> lines; print "<"">"; BUFFER= }; zle -N w; bindkey "^Xs" w; print "<"">"'
      zpty -r z text '*<>*'
      ${typed.join("\n")}`;
    run("zsh", ["-f"], script);
    assert.deepEqual(
      readFileSync(join(folder, "lines"), "utf8").split("\n").slice(0, -1),
      lines.map(([, completed]) => completed),
    );
  });
});
