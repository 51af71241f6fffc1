import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

test("what a library prints past the logger is redacted, and other bytes stay as they are", () => {
  const program = `
    import { Worker } from "node:worker_threads";
    import { redactPrints } from "${new URL("./redact-prints.js", import.meta.url)}";
    import { registerSettings } from "@bullpen/contracts";
    registerSettings({ A_TOKEN: "printed-S3cret" });
    redactPrints(process.stdout, process.stderr);
    console.log("log printed-S3cret");
    console.error("error redis://:other-pass@host");
    process.emitWarning("warning printed-S3cret");
    process.stdout.write(Buffer.from("bytes printed-S3cret\\n"), () => {});
    process.stdout.write(Buffer.from([0xff, 0xfe, 0x0a]));
    new Worker("console.log('thread printed-S3cret')", { eval: true });`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program]);
  const all = `${stdout}${stderr}`;
  for (const word of ["log", "error", "warning", "bytes", "thread"])
    assert.match(all, new RegExp(`${word} \\S*\\*\\*\\*`));
  assert.doesNotMatch(all, /S3cret|other-pass/);
  assert.ok(stdout.includes(Buffer.from([0xff, 0xfe, 0x0a])));
});
