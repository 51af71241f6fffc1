import type { CallToolResult } from "@modelcontextprotocol/client";

/** The text that a model gets of a tool's result. What is no text is named. */
export function resultText({ content, structuredContent }: CallToolResult): string {
  const parts = content.map(partText).filter((text) => text !== "");
  if (parts.length > 0) return parts.join("\n");
  return structuredContent ? JSON.stringify(structuredContent) : "The tool gave no output.";
}

function partText(part: CallToolResult["content"][number]): string {
  switch (part.type) {
    case "text":
      return part.text.trim();
    case "resource":
      return "text" in part.resource ? part.resource.text : `[resource ${part.resource.uri}]`;
    case "resource_link":
      return `[resource ${part.name}: ${part.uri}]`;
    default:
      return `[${part.type} ${part.mimeType}]`;
  }
}
