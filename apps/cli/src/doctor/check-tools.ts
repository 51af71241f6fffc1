import { readdir, readFile } from "node:fs/promises";
import { errorMessage } from "@bullpen/base";
import { type Finding, failure, ok, warning } from "./finding.js";

interface ToolSettings {
  readonly TOOLS_FOLDER?: string | undefined;
  readonly MCP_CONFIG?: string | undefined;
}

/** What the tool-worker is told to serve besides the built-in tools. */
export async function checkToolSettings({
  TOOLS_FOLDER: folder,
  MCP_CONFIG: config,
}: ToolSettings): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (folder !== undefined) findings.push(await checkFolder(folder));
  if (config !== undefined) findings.push(await checkConfig(config));
  return findings;
}

async function checkFolder(folder: string): Promise<Finding> {
  try {
    const modules = (await readdir(folder)).filter((name) => /\.(ts|js|mjs|mts)$/.test(name));
    if (modules.length > 0) return ok("tools", `TOOLS_FOLDER has ${modules.join(", ")}`);
    return warning("tools", `TOOLS_FOLDER=${folder} holds no module`, "npx bullpen tool new <name>");
  } catch (error) {
    return failure(
      "tools",
      `TOOLS_FOLDER=${folder} cannot be read (${errorMessage(error)})`,
      "Name the folder with your tools, or leave the setting out.",
    );
  }
}

async function checkConfig(path: string): Promise<Finding> {
  const remedy = "Name a JSON file with MCP servers (docs/tools.md), or leave the setting out.";
  try {
    const parsed: unknown = JSON.parse(await readFile(path, "utf8"));
    const servers =
      typeof parsed === "object" && parsed !== null && "mcpServers" in parsed ? parsed.mcpServers : undefined;
    if (typeof servers !== "object" || servers === null)
      return failure("tools", `MCP_CONFIG=${path} has no mcpServers`, remedy);
    return ok("tools", `MCP_CONFIG has ${Object.keys(servers).join(", ") || "no server"}`);
  } catch (error) {
    return failure("tools", `MCP_CONFIG=${path} cannot be read (${errorMessage(error)})`, remedy);
  }
}
