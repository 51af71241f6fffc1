import type { RequestHandler } from "express";
import type { ApiContext } from "./create-app.js";

/** `GET /v1/tools`: the tools that queries may name; `input_schema` is null where the input is a text. */
export function listTools(context: ApiContext): RequestHandler {
  return async (_request, response) => {
    const tools = await context.tools.list();
    response.json({
      object: "list",
      data: tools.map((tool) => ({
        id: tool.name,
        object: "tool",
        description: tool.usage,
        input_schema: tool.inputSchema ?? null,
      })),
    });
  };
}
