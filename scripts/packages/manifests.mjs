// What is published, and the package.json files that it is made of.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../setup.mjs";

/** Packages for other people's code. Each travels with the parts of ours that it imports. */
export const LIBRARIES = ["packages/client", "packages/tool-sdk"];

/** The package of the `bullpen` command, and the processes that it starts. */
export const COMMAND = "apps/cli";
export const PROCESSES = ["api", "batcher", "dashboard", "tool-worker", "worker"].map(
  (app) => `@bullpen/${app}`,
);

/** @returns {Map<string, { folder: string, manifest: object }>} all workspaces by name. */
export function readWorkspaces() {
  const folders = ["packages", "apps"].flatMap((parent) =>
    readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`),
  );
  return new Map(
    folders.map((folder) => {
      const manifest = readManifest(folder);
      return [manifest.name, { folder: join(ROOT, folder), manifest }];
    }),
  );
}

export function readManifest(folder) {
  return JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
}

/** What is in every package.json that is published. */
export function publishedFields({ name, version, description, license, type }) {
  const { engines } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  return { name, version, description, license, type, engines, publishConfig: { access: "public" } };
}
