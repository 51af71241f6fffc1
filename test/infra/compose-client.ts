import { spawnSync } from "node:child_process";

/** The command that is Docker Compose here; `undefined` where there is none. It needs no engine to check files. */
export function composeClient(): readonly string[] | undefined {
  const candidates = [["docker", "compose"], ["docker-compose"]];
  return candidates.find(([command = "", ...args]) => {
    const { status, stdout } = spawnSync(command, [...args, "version", "--short"], { encoding: "utf8" });
    return status === 0 && !stdout.startsWith("1."); // the first generation knows other files
  });
}
