import type { ToolResult } from "@bullpen/contracts";
import { Gauge, Histogram, type Registry } from "@bullpen/runtime";

export interface ToolMetrics {
  /** Runs a call, timing it and counting how it ended: `ok`, `error` (an observation) or `broken`. */
  measure(tool: string, run: () => Promise<ToolResult>): Promise<ToolResult>;
  setMcpServer(name: string, status: "up" | "down"): void;
}

export function createToolMetrics(registry: Registry): ToolMetrics {
  const seconds = new Histogram({
    name: "bullpen_tool_call_seconds",
    help: "Time of one tool call, by tool and result.",
    labelNames: ["tool", "result"],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  const mcpServers = new Gauge({
    name: "bullpen_mcp_server_up",
    help: "1 while the MCP server is connected, 0 while it is being restarted.",
    labelNames: ["server"],
    registers: [registry],
  });
  return {
    setMcpServer: (server, status) => mcpServers.set({ server }, status === "up" ? 1 : 0),
    measure: async (tool, run) => {
      const stop = seconds.startTimer({ tool });
      try {
        const result = await run();
        stop({ result: result.is_error ? "error" : "ok" });
        return result;
      } catch (error) {
        stop({ result: "broken" });
        throw error;
      }
    },
  };
}
