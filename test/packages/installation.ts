import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ended, ROOT } from "../testing/run-app.js";
import { until } from "../testing/until.js";

interface Place {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The published packages, installed from their tarballs in a folder of their own, for a user with an empty home. */
export class Installation {
  readonly folder: string;
  readonly home: string;
  readonly tarballs: readonly string[];
  readonly #parent: string;

  /** Packs; {@link install} installs. */
  constructor() {
    this.#parent = mkdtempSync(join(tmpdir(), "bullpen-installed-"));
    this.folder = join(this.#parent, "project");
    this.home = join(this.#parent, "home");
    const tarballs = join(this.#parent, "tarballs");
    mkdirSync(this.folder);
    mkdirSync(this.home);
    run(process.execPath, [join(ROOT, "scripts/packages/pack.mjs"), tarballs], ROOT);
    this.tarballs = readdirSync(tarballs).map((name) => join(tarballs, name));
  }

  install(): void {
    writeFileSync(join(this.folder, "package.json"), '{ "private": true, "type": "module" }');
    run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...this.tarballs], this.folder);
  }

  tarball(name: string): string {
    const found = this.tarballs.find((path) => new RegExp(`/${name}-\\d[^/]*$`).test(path));
    if (found === undefined) throw new Error(`there is no tarball of ${name}`);
    return found;
  }

  /** Starts `bullpen …` there. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    return this.#spawn(join(this.folder, "node_modules/.bin/bullpen"), args, { env });
  }

  /** Starts `npx bullpen …` there. */
  startByNpx(args: readonly string[]): Running {
    return this.#spawn("npx", ["--no-install", "bullpen", ...args], {});
  }

  /** Runs a program of the installation to its end, wherever. */
  async bullpen(args: readonly string[], cwd = this.folder, env: Readonly<Record<string, string>> = {}) {
    return this.#spawn(join(this.folder, "node_modules/.bin/bullpen"), args, { cwd, env }).ended;
  }

  #spawn(program: string, args: readonly string[], { cwd = this.folder, env = {} }: Place): Running {
    const child = spawn(program, args, {
      cwd,
      env: this.#environment(env),
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // a process group, as a terminal makes one
    });
    return new Running(child);
  }

  #environment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const { REDIS_URL: _, ...outer } = process.env;
    // Any free ports: somebody else's Bullpen may use the preferred ones.
    return { ...outer, HOME: this.home, API_PORT: "0", DASHBOARD_PORT: "0", ...env };
  }

  remove(): void {
    rmSync(this.#parent, { recursive: true, force: true });
  }
}

/** A command that runs. */
export class Running {
  readonly ended: Promise<Ended>;
  stdout = "";
  stderr = "";
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.on("data", (bytes: Buffer) => {
      this.stdout += bytes.toString();
    });
    child.stderr?.on("data", (bytes: Buffer) => {
      this.stderr += bytes.toString();
    });
    this.ended = new Promise((resolve) => {
      child.once("close", (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  /** @throws with what it said, when it ends before. */
  async untilUp(): Promise<Record<"api" | "dashboard" | "redis" | "logs", string>> {
    await until(
      "the stack is up",
      () => {
        if (this.#child.exitCode !== null) throw new Error(`it ended:\n${this.stdout}${this.stderr}`);
        return this.stdout.includes("Ctrl-C stops everything.");
      },
      120_000,
    );
    const addressOf = (name: string) => new RegExp(`^${name} +(\\S+)`, "m").exec(this.stdout)?.[1] ?? "";
    const [api, dashboard, redis, logs] = ["api", "dashboard", "redis", "logs"].map(addressOf);
    return { api: api ?? "", dashboard: dashboard ?? "", redis: redis ?? "", logs: logs ?? "" };
  }

  /** Sends a signal to the whole process group, as a terminal does. */
  signal(name: NodeJS.Signals): void {
    if (this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null)
      process.kill(-this.#child.pid, name);
  }
}

/** Processes that run a program below a folder. */
export function processesOf(folder: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return ""; // it has ended
      }
    })
    .filter((command) => command.includes(folder));
}

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
}
