import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findUsers } from "./file-users.js";

test("a file has the processes that have it open as its users, by whatever path", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-users-"));
  const file = join(folder, "a model.gguf");
  await writeFile(file, "GGUF");
  await symlink(file, join(folder, "link.gguf"));
  const hold = `require("fs").openSync(process.argv[1]); console.log("open"); setInterval(() => {}, 1000)`;
  const holder = spawn(process.execPath, ["-e", hold, file], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await once(holder.stdout, "data");
    assert.deepEqual(await findUsers([join(folder, "link.gguf")]), [holder.pid]);
    assert.deepEqual(await findUsers([folder, join(folder, "absent.gguf")]), []);
  } finally {
    holder.kill();
    await once(holder, "exit");
    assert.deepEqual(await findUsers([file]), []);
    await rm(folder, { recursive: true });
  }
});
