import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { formatBytes } from "@bullpen/base";
import { StartupError } from "@bullpen/runtime";
import { type Copied, copyStore, LocalStore, STORED_FOLDERS, type Store } from "@bullpen/storage";
import { Command } from "commander";
import { examples } from "../help.js";
import { DATA_OPTION, openStorage, type StorageOptions } from "./open-storage.js";

/** `bullpen backup` */
export function backupCommand(): Command {
  return new Command("backup")
    .description("copy what the installation stores into a folder, also while it works")
    .argument("<folder>", "a folder that is empty or not there yet")
    .option(...DATA_OPTION)
    .addHelpText(
      "after",
      examples(
        ["backup /mnt/backup/monday", "copies files, batches, keys, usage, webhooks and the audit log"],
        ["restore /mnt/backup/monday", "copies them back, into a storage that is empty"],
      ),
    )
    .action(async (folder: string, options: StorageOptions) => {
      const { store, place } = await openStorage(options);
      const to = await LocalStore.open(resolve(folder));
      report(await copyStore(store, to, tell), place, resolve(folder));
    });
}

/** `bullpen restore` */
export function restoreCommand(): Command {
  return new Command("restore")
    .description(
      "copy a backup into the installation's storage, which must be empty; batches go on where they were",
    )
    .argument("<folder>", "what `bullpen backup` has written")
    .option(...DATA_OPTION)
    .addHelpText(
      "after",
      examples(["restore /mnt/backup/monday", "then start the processes, on an empty Redis"]),
    )
    .action(async (folder: string, options: StorageOptions) => {
      const from = await openBackup(folder);
      const { store, place } = await openStorage(options);
      report(await copyStore(from, store, tell), resolve(folder), place);
    });
}

/** @throws {StartupError} when there is none. */
async function openBackup(folder: string): Promise<Store> {
  const path = resolve(folder);
  if (await stat(path).catch(() => undefined)) {
    const store = await LocalStore.open(path);
    for (const name of STORED_FOLDERS) {
      const names = [...(await store.listFolders(name)), ...(await store.list(name))];
      if (names.length > 0) return store;
    }
  }
  throw new StartupError(
    `${path} holds nothing that Bullpen has stored. Name the folder that \`bullpen backup\` wrote.`,
  );
}

function tell(folder: string): void {
  console.error(`copying ${folder}`);
}

function report({ objects, bytes }: Copied, from: string, to: string): void {
  console.log(`${objects} objects, ${formatBytes(bytes)}, copied from ${from} to ${to}`);
}
