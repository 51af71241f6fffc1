import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/**
 * The configuration of an MCP server over stdio that offers exactly the tools given to it, in a process of
 * its own. Each answers with its name and the request as the server got it.
 */
export function listedMcpServer(tools: readonly ListedTool[]): { command: string; args: string[] } {
  return { command: process.execPath, args: [fileURLToPath(import.meta.url), JSON.stringify(tools)] };
}

/** A tool as `tools/list` has it, word for word; its calls give `reply` as their result, or fail with `error`. */
export type ListedTool = Readonly<Record<string, unknown>>;

const requestSchema = z.object({
  id: z.union([z.number(), z.string()]),
  method: z.string(),
  params: z.looseObject({ name: z.string().optional(), protocolVersion: z.string().optional() }).optional(),
});

function serve(tools: readonly ListedTool[]): void {
  createInterface({ input: process.stdin }).on("line", (line) => {
    const request = requestSchema.safeParse(JSON.parse(line)).data;
    if (!request) return; // a notification
    const { id, method, params } = request;
    const result = (value: string) =>
      process.stdout.write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},${value}}\n`);
    if (method === "initialize") {
      const protocolVersion = params?.protocolVersion ?? "2025-06-18";
      const serverInfo = { name: "listed", version: "1" };
      result(`"result":${JSON.stringify({ protocolVersion, capabilities: { tools: {} }, serverInfo })}`);
    } else if (method === "tools/list") {
      result(`"result":${JSON.stringify({ tools: tools.map(({ reply: _, error: __, ...tool }) => tool) })}`);
    } else if (method === "tools/call") {
      const tool = tools.find(({ name }) => name === params?.name);
      // The request as it came: what a parser would make of it is not what was sent.
      const text = `I am ${params?.name}, asked by ${line}`;
      if (tool?.error) result(`"error":${JSON.stringify(tool.error)}`);
      else result(`"result":${JSON.stringify(tool?.reply ?? { content: [{ type: "text", text }] })}`);
    } else result(`"error":{"code":-32601,"message":"there is no ${method}"}`);
  });
}

const [, main, list] = process.argv;
// A cast: the argument is what listedMcpServer wrote.
if (main === fileURLToPath(import.meta.url) && list) serve(JSON.parse(list) as ListedTool[]);
