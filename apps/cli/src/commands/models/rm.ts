import { stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { createInterface } from "node:readline/promises";
import { formatBytes } from "@bullpen/base";
import { findModel, isBeingPulled, listLocalFiles, removeLocalFiles } from "@bullpen/llm/models";
import { StartupError } from "@bullpen/runtime";
import { Command } from "commander";
import { type Env, readEnv } from "../../env.js";
import { findUsers } from "../../models/file-users.js";
import { modelsFolder } from "../../models/models-folder.js";
import { findLocal } from "../../models/pull.js";
import { formatJson } from "../../output/format-json.js";
import { examples } from "../help.js";

interface RemoveOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `bullpen models rm <model>` */
export function modelsRemoveCommand(): Command {
  return new Command("rm")
    .description("delete a downloaded model, or the start of one")
    .argument("<model>", "a name, a URI, or a file as `models list` shows it")
    .option("--yes", "do not ask")
    .option("--json", "print JSON")
    .addHelpText("after", examples(["models rm qwen3-4b-instruct", "asks, then deletes it"]))
    .action(removeModel);
}

async function removeModel(name: string, options: RemoveOptions): Promise<void> {
  const env = readEnv();
  const files = await filesToRemove(name, env);
  const busy = await Promise.all(files.map(isBeingPulled));
  if (busy.includes(true))
    throw new StartupError(`${name} is being downloaded. Stop that first, or wait for its end.`);
  const users = await findUsers(files);
  if (users.length > 0)
    throw new StartupError(
      `${name} is in use by ${users.length === 1 ? "process" : "processes"} ${new Intl.ListFormat("en").format(users.map(String))}. Stop that first.`,
    );
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (!options.yes && !(await confirm(name, files, bytes))) {
    console.error("Nothing was deleted.");
    process.exitCode = 1;
    return;
  }
  await removeLocalFiles(files, modelsFolder(env));
  if (options.json) console.log(formatJson({ model: name, deleted: files, bytes }));
  else console.log(`Deleted ${name}: ${formatBytes(bytes)} are free again.`);
}

/** @throws {StartupError} when there is no such model here. */
async function filesToRemove(name: string, env: Env): Promise<readonly string[]> {
  const folder = modelsFolder(env);
  const onDisk = await listLocalFiles(folder);
  const listed = onDisk.filter((file) => file.name === name || file.path === resolve(name));
  if (listed.length > 0) return listed.map(({ path }) => path);
  const model = await findModel(name);
  if (model.kind === "file")
    throw new StartupError(
      model.path.startsWith(folder + sep) || name.endsWith(".gguf")
        ? `There is no file ${name} in ${folder}. \`npx bullpen models list --local\` shows what there is.`
        : `${name} was not downloaded, so it is not deleted.`,
    );
  const local = await findLocal(model, env);
  if (local) return local.files;
  const stem = model.uri.replace(/^hf:(\/\/)?/, "hf/").replace(/(-\d{5}-of-\d{5})?\.gguf$/, "");
  const parts = onDisk.filter((file) => file.name.startsWith(stem));
  if (parts.length === 0)
    throw new StartupError(`${name} is not on this machine, so there is nothing to delete.`);
  return parts.map(({ path }) => path);
}

/** @throws {StartupError} where there is no terminal to ask on. */
async function confirm(name: string, files: readonly string[], bytes: number): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new StartupError(
      `${name} (${formatBytes(bytes)}) would be deleted. There is no terminal to ask on: say --yes.`,
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const what = files.length === 1 ? files[0] : `${files.length} files of ${name}`;
    const answer = await terminal.question(`Delete ${what} (${formatBytes(bytes)})? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false; // Ctrl-C or Ctrl-D
  } finally {
    terminal.close();
  }
}
