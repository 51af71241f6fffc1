import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { formatBytes } from "@bullpen/base";
import { findModel } from "@bullpen/llm/models";
import type { Env } from "../env.js";
import { findLocal } from "../models/pull.js";
import { type Finding, failure, ok, skipped, warning } from "./finding.js";

/** The first bytes of every GGUF file. */
const MAGIC = "GGUF";

/** Whether the model of `MODEL` is here, and is what the catalogue says. */
export async function checkModel(env: Env): Promise<Finding> {
  if (env.LLM_BASE_URL !== undefined) return skipped("model", "it is on the servers of LLM_BASE_URL");
  const model = env.MODEL;
  const found = await findModel(model);
  if (found.kind === "file") return checkFile(model, found.path);
  const local = await findLocal(found, env);
  if (!local)
    return warning(
      "model",
      `${model} is not on this machine: the first start downloads it`,
      `npx bullpen models pull ${model}`,
    );
  const { sha256, bytes } = found.entry ?? {};
  const [path] = local.files;
  if (local.files.length > 1 || path === undefined || sha256 === undefined) {
    const part = await checkFile(model, path ?? local.path);
    return part.verdict === "ok" ? ok("model", `${model} is here; no checksum of it is published`) : part;
  }
  const size = (await stat(path)).size;
  const remedy = `npx bullpen models rm ${model}, then npx bullpen models pull ${model}`;
  if (bytes !== undefined && bytes !== size)
    return failure("model", `${path} has ${size} bytes in place of ${bytes}`, remedy);
  if ((await hashFile(path)) !== sha256)
    return failure("model", `${path} has another checksum than the catalogue`, remedy);
  return ok("model", `${model} is here, ${formatBytes(size)}, its checksum is right`);
}

async function checkFile(model: string, path: string): Promise<Finding> {
  const remedy = "Set MODEL to a GGUF file, or to a name of `npx bullpen models list`.";
  const size = (await stat(path).catch(() => undefined))?.size;
  if (size === undefined) return failure("model", `${model}: there is no file ${path}`, remedy);
  if ((await readStart(path)) !== MAGIC) return failure("model", `${path} is no GGUF file`, remedy);
  return ok("model", `${model} is here, ${formatBytes(size)}`);
}

async function readStart(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MAGIC.length), position: 0 });
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer); // a stream without an encoding
  return hash.digest("hex");
}
