import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { BUILT_IN_TOOLS, FINAL_ANSWER, foldToolName } from "@bullpen/contracts";
import { type Logger, StartupError } from "@bullpen/runtime";
import { HostFault } from "../../host/host-life.js";
import { bestVehicle, type VehicleKind } from "../../host/host-vehicle.js";
import { thrownMessage } from "../../host/thrown-message.js";
import { ToolHost } from "../../host/tool-host.js";
import type { SchemaChecker } from "../../input/schema-checker.js";
import type { ServedTool } from "../../serving/served-tool.js";
import type { CustomToolSettings } from "./custom-tool-program.js";
import { type CustomToolInfo, customToolInfoSchema } from "./custom-tool-schema.js";
import { serveCustomTool } from "./serve-custom-tool.js";

export interface CustomToolsOptions {
  readonly folder: string;
  readonly checker: SchemaChecker;
  readonly logger: Logger;
  /** Maximum JavaScript heap of one tool's process, in MiB. */
  readonly heapMiB: number;
  /** Networks and hosts that the tools' `fetch` may reach besides public addresses. Default: none. */
  readonly allowed?: readonly string[];
  /** Default: the stronger isolation that Node allows. */
  readonly vehicle?: VehicleKind;
}

const MODULE = /^[^._].*\.(?:ts|mts|js|mjs)$/;
const NO_TOOL = /\.d\.m?ts$|\.test\.\w+$/;

const RESERVED = [...BUILT_IN_TOOLS.map((tool) => tool.name), FINAL_ANSWER].map(foldToolName);

/** A module that is loaded in a host of its own. */
interface Loaded {
  readonly file: string;
  readonly host: ToolHost;
  readonly info: CustomToolInfo;
}

/**
 * Loads a tool from each module in a folder, in a process of its own. Files that begin with `.` or `_`,
 * tests, type declarations and subfolders are skipped.
 *
 * @throws {StartupError} that names the file and the field at fault.
 */
export async function loadCustomTools(options: CustomToolsOptions): Promise<ServedTool[]> {
  const folder = resolve(options.folder);
  const files = (await listModules(folder)).map((name) => join(folder, name));
  const loading = await Promise.allSettled(files.map((file) => loadTool(file, options)));
  const loaded = loading.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  try {
    for (const each of loading) if (each.status === "rejected") throw each.reason;
    checkNames(loaded);
  } catch (error) {
    await Promise.all(loaded.map(({ host }) => host.stop()));
    throw error;
  }
  return loaded.map((tool) => serveCustomTool({ ...tool, checker: options.checker }));
}

/** Refuses names that differ in case alone: most likely they are one tool in two files. */
function checkNames(tools: readonly Loaded[]): void {
  const takenBy = new Map(RESERVED.map((name) => [name, "Bullpen itself"]));
  for (const { file, info } of tools) {
    const holder = takenBy.get(foldToolName(info.name));
    if (holder) throw atFault(file, `name: ${info.name} is taken by ${holder}; choose another`);
    takenBy.set(foldToolName(info.name), file);
  }
}

async function listModules(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && MODULE.test(entry.name) && !NO_TOOL.test(entry.name))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    throw new StartupError(
      `TOOLS_FOLDER: ${folder} cannot be read (${thrownMessage(error)}). Name a folder that exists and can be read.`,
    );
  }
}

async function loadTool(file: string, options: CustomToolsOptions): Promise<Loaded> {
  const { logger, heapMiB, checker, vehicle = bestVehicle() } = options;
  const host = new ToolHost({
    owner: { tool: file },
    module: new URL("./custom-tool-program.js", import.meta.url),
    settings: { file, allowed: options.allowed ?? [] } satisfies CustomToolSettings,
    vehicle,
    heapMiB,
    logger,
  });
  try {
    const info = readInfo(await host.start());
    const fault = info.inputSchema && (await checker.faultOf(info.inputSchema));
    if (fault !== undefined) throw new HostFault(`inputSchema: ${fault}`);
    return { file, host, info };
  } catch (error) {
    await host.stop();
    const reason = thrownMessage(error);
    throw atFault(
      file,
      error instanceof HostFault ? reason : `it cannot be loaded: its process ended (${reason})`,
    );
  }
}

function readInfo(exported: unknown): CustomToolInfo {
  const parsed = customToolInfoSchema.safeParse(exported);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new HostFault(`${issue?.path.join(".") || "default export"}: ${issue?.message}`);
}

function atFault(file: string, what: string): StartupError {
  return new StartupError(`TOOLS_FOLDER: ${file} is not a tool: ${what}.`);
}
