// `npm run packages [-- <folder>]`: packs what is published (`bullpen`, `@bullpen/client`, `@bullpen/tool-sdk`) into
// tarballs, in `.bullpen/packages` where no folder is named. `npm publish <tarball>` publishes one. Publishes nothing.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT, setUp } from "../setup.mjs";
import { COMMAND, LIBRARIES, readManifest, readWorkspaces } from "./manifests.mjs";
import { stageCommand } from "./stage-command.mjs";
import { stageLibrary } from "./stage-library.mjs";

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setUp();
  const target = resolve(process.argv[2] ?? join(ROOT, ".bullpen/packages"));
  for (const { name, tarball } of packAll(target)) console.log(`${name}  ${tarball}`);
}

/**
 * @param {string} target the folder of the tarballs.
 * @returns {{ name: string, tarball: string }[]} paths of the tarballs by the packages' names.
 */
export function packAll(target) {
  mkdirSync(target, { recursive: true });
  const workspaces = readWorkspaces();
  const workspaceOf = (folder) => workspaces.get(readManifest(folder).name);
  const staging = mkdtempSync(join(tmpdir(), "bullpen-packages-"));
  const stage = (folder, make) => {
    const place = join(staging, folder.replace("/", "-"));
    mkdirSync(place);
    return {
      name: make(workspaceOf(folder), workspaces, place).name,
      tarball: join(target, pack(place, target)),
    };
  };
  try {
    return [stage(COMMAND, stageCommand), ...LIBRARIES.map((folder) => stage(folder, stageLibrary))];
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function pack(folder, target) {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", target];
  const { status, stdout, stderr } = spawnSync("npm", args, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`npm pack failed in ${folder}:\n${stderr}`);
  return JSON.parse(stdout)[0].filename;
}
