import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { ROOT } from "../testing/run-app.js";
import { parseDockerfile, type Stage } from "./dockerfile.js";

const IN_ROOT = join(ROOT, "test/infra/native-root.sh");

/** What a step does that only the base image could: it is left out, and named. */
export interface LeftOut {
  readonly stage: string;
  readonly step: string;
}

/**
 * Builds the stages of a Dockerfile without an engine: each in a folder of its own, by the instructions as they are
 * written. Base images are what this machine has in /usr, read-only: of Node's image all that is used is Node.
 */
export class NativeImages {
  readonly leftOut: LeftOut[] = [];
  readonly #folder: string;
  readonly #stages: readonly Stage[];
  readonly #built = new Set<string>();
  /** By stage, the folder that its steps are at. */
  readonly #folders = new Map<string, string>();

  /**
   * @param folder where the stages are built.
   * @param isReused whether stages that were built there before are taken as they are. Else the folder is emptied.
   */
  constructor(folder: string, dockerfile: string, isReused: boolean) {
    this.#folder = folder;
    this.#stages = parseDockerfile(dockerfile);
    if (!isReused) rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }

  rootOf(stage: string): string {
    return join(this.#folder, stage);
  }

  /** The environment of a stage, its bases' included. */
  env(name: string): Record<string, string> {
    const stage = this.#stage(name);
    if (!stage) return {};
    const own = stage.instructions
      .filter(([kind]) => kind === "ENV")
      .flatMap(([, text]) =>
        [...text.matchAll(/(\w+)=(\S+)/g)].map(([, key = "", value = ""]) => [key, value]),
      );
    return { ...this.env(stage.base), ...Object.fromEntries(own) };
  }

  last(name: string, kind: string): string | undefined {
    return this.#stage(name)?.last(kind, this.#stages);
  }

  /** Builds a stage, and before it those that it needs. */
  build(name: string): void {
    const stage = this.#stage(name);
    if (!stage || this.#built.has(name)) return;
    this.#built.add(name);
    this.build(stage.base);
    for (const { from } of stage.copies) if (from !== undefined) this.build(from);
    const root = this.rootOf(name);
    if (existsSync(`${root}.built`)) return;
    rmSync(root, { recursive: true, force: true });
    if (this.#stage(stage.base)) run("cp", ["--archive", "--link", this.rootOf(stage.base), root]);
    else makeEmptyRoot(root);
    this.#folders.set(name, this.last(stage.base, "WORKDIR") ?? "/");
    for (const [kind, text] of stage.instructions) this.#step(name, kind, text);
    writeFileSync(`${root}.built`, "");
  }

  /** Starts the command of an image as its user in a read-only file system, its volumes excepted. */
  start(name: string, settings: Readonly<Record<string, string>>): ChildProcess {
    const volume = this.last(name, "VOLUME");
    writeFileSync(`${this.rootOf(name)}.volumes`, volume === undefined ? "" : `${volume}\n`);
    const command: string[] = JSON.parse(this.last(name, "CMD") ?? "[]");
    return spawn(IN_ROOT, [this.rootOf(name), this.#userOf(name), "ro", "/app", ...command], {
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/", ...this.env(name), ...settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** The exit code of an image's health check. */
  checkHealth(name: string, settings: Readonly<Record<string, string>>): number | null {
    const command: string[] = JSON.parse(
      /CMD (\[.*\])$/.exec(this.last(name, "HEALTHCHECK") ?? "")?.[1] ?? "[]",
    );
    const args = [this.rootOf(name), this.#userOf(name), "ro", "/app", ...command];
    const env = { PATH: "/usr/local/bin:/usr/bin:/bin", ...this.env(name), ...settings };
    return spawnSync(IN_ROOT, args, { env }).status;
  }

  #userOf(name: string): string {
    return this.last(name, "USER") ?? "0:0";
  }

  #stage(name: string): Stage | undefined {
    return this.#stages.find((stage) => stage.name === name);
  }

  #step(stage: string, kind: string, text: string): void {
    if (kind === "COPY") this.#copy(stage, text);
    else if (kind === "RUN") this.#run(stage, text);
    else if (kind === "WORKDIR") {
      mkdirSync(join(this.rootOf(stage), text), { recursive: true });
      this.#folders.set(stage, text);
    }
  }

  #run(stage: string, text: string): void {
    const command = text.replace(/^--mount=type=cache,target=\/root\/\.npm\s+/, "");
    if (/^--/.test(command)) throw new Error(`an option of RUN that is not known here: ${text}`);
    if (command.includes("apt-get")) {
      this.leftOut.push({ stage, step: command });
      mkdirSync(join(this.rootOf(stage), "models"), { recursive: true });
      run("chown", ["1000:1000", join(this.rootOf(stage), "models")]);
      return;
    }
    const cache = process.env.npm_config_cache ?? join(homedir(), ".npm");
    run(IN_ROOT, [this.rootOf(stage), "0:0", "rw", this.#folderOf(stage), "sh", "-ec", command], {
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/root", NPM_CACHE: cache, ...this.env(stage) },
    });
  }

  #folderOf(stage: string): string {
    return this.#folders.get(stage) ?? "/";
  }

  #copy(stage: string, text: string): void {
    const words = text.split(/\s+/);
    const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
    const paths = words.filter((word) => !word.startsWith("--"));
    const target = paths.pop() ?? "";
    const folder = isAbsolute(target) ? target : join(this.#folderOf(stage), target);
    for (const path of paths) {
      if (from !== undefined && path.startsWith("/usr/")) {
        this.leftOut.push({ stage, step: `COPY ${text}` }); // of the base image; this machine's is there
        continue;
      }
      const source = from === undefined ? join(this.#context(), path) : join(this.rootOf(from), path);
      copyInto(source, join(this.rootOf(stage), folder), target.endsWith("/"));
    }
  }

  /** The files that the build may see: what git knows, without what .dockerignore names. */
  #context(): string {
    const folder = join(this.#folder, ".context");
    if (existsSync(folder)) return folder;
    mkdirSync(folder);
    const { stdout } = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
      cwd: ROOT,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    const isIgnored = parseDockerignore(readFileSync(join(ROOT, ".dockerignore"), "utf8"));
    for (const file of stdout.split("\0")) {
      if (file === "" || isIgnored(file) || !existsSync(join(ROOT, file))) continue;
      cpSync(join(ROOT, file), join(folder, file), { verbatimSymlinks: true });
    }
    return folder;
  }
}

/** Whether a .dockerignore names a file or a folder that it is in; of several rules the last counts. */
function parseDockerignore(text: string): (path: string) => boolean {
  const rules = text
    .split("\n")
    .filter((line) => /^[^#\s]/.test(line))
    .map((line) => {
      const glob = line.replace(/^!/, "").replace(/\/$/, "");
      const pattern = glob
        .split(/(\*\*\/|\*)/)
        .map((part) => {
          if (part === "**/") return "(?:.*/)?";
          return part === "*" ? "[^/]*" : part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&");
        })
        .join("");
      return { isKept: line.startsWith("!"), expression: new RegExp(`^${pattern}(?:/.*)?$`) };
    });
  return (path) => {
    const rule = rules.findLast(({ expression }) => expression.test(path));
    return rule !== undefined && !rule.isKept;
  };
}

/** As `COPY` does: the contents of a folder, or a file, into a folder that ends in a slash or under the name itself. */
function copyInto(source: string, target: string, isFolder: boolean): void {
  const isSourceFolder = spawnSync("test", ["-d", source]).status === 0;
  if (isSourceFolder) {
    mkdirSync(target, { recursive: true });
    run("cp", ["--archive", "--link", `${source}/.`, target]);
    return;
  }
  const path = isFolder || target.endsWith("/") ? join(target, basename(source)) : target;
  mkdirSync(dirname(path), { recursive: true });
  run("cp", ["--archive", source, path]);
}

/** Names of users and hosts, as Node's image has them. */
function makeEmptyRoot(root: string): void {
  mkdirSync(join(root, "etc"), { recursive: true });
  writeFileSync(
    join(root, "etc/passwd"),
    "root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n",
  );
  writeFileSync(join(root, "etc/group"), "root:x:0:\nnode:x:1000:\n");
  for (const file of ["resolv.conf", "hosts", "ld.so.cache", "nsswitch.conf"]) {
    if (existsSync(join("/etc", file)))
      cpSync(join("/etc", file), join(root, "etc", file), { dereference: true });
  }
}

function run(command: string, args: readonly string[], options: { env?: NodeJS.ProcessEnv } = {}): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", ...options });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? ""}${stdout}${stderr}`);
}
