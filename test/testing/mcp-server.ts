import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { freePort } from "@bullpen/base/free-port";

/** The reference server of the Model Context Protocol. */
export const EVERYTHING = createRequire(import.meta.url).resolve(
  "@modelcontextprotocol/server-everything/dist/index.js",
);

export interface McpHttpServer {
  readonly url: string;
  /** Requests that it has received. */
  requests(): number;
  /** Kills it as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
}

/** The reference server over streamable HTTP, as a process of its own. */
export async function startMcpHttpServer(): Promise<McpHttpServer> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  let requests = 0;
  const start = async () => {
    const env = { ...process.env, PORT: String(port) };
    const started = spawn(process.execPath, [EVERYTHING, "streamableHttp"], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child = started;
    started.stdout.on("data", (said: Buffer) => {
      requests += String(said).split("Received MCP POST").length - 1;
    });
    // It says so on standard error when it listens.
    await new Promise<void>((resolve, reject) => {
      started.stderr.on("data", (said: Buffer) => String(said).includes("listening") && resolve());
      started.once("exit", () => reject(new Error("the MCP server ended")));
    });
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    requests: () => requests,
    start,
    kill: async () => {
      const dying = child;
      if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
      const gone = new Promise((resolve) => dying.once("exit", resolve));
      dying.kill("SIGKILL");
      await gone;
    },
  };
}

/** The process ids of the reference server over stdio among the processes that come of this one. */
export async function stdioServerPids(): Promise<number[]> {
  const pids = await descendantsOf("self");
  const commands = await Promise.all(pids.map((pid) => readOr(`/proc/${pid}/cmdline`)));
  return pids.filter((_, i) => commands[i]?.includes(`${EVERYTHING}\0stdio`)).map(Number);
}

async function descendantsOf(pid: string): Promise<string[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const children = await Promise.all(tasks.map((task) => readOr(`/proc/${pid}/task/${task}/children`)));
  const pids = children.join(" ").split(/\s+/).filter(Boolean);
  return [...pids, ...(await Promise.all(pids.map(descendantsOf))).flat()];
}

/** How much a process has read so far, its standard input included. */
export async function charactersReadBy(pid: number): Promise<number> {
  return Number(/^rchar: (\d+)/.exec(await readOr(`/proc/${pid}/io`))?.[1] ?? 0);
}

/** A process may be gone when it is checked. */
async function readOr(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
