import { z } from "zod";

const partSchema = z.looseObject({ type: z.string() });
const textSchema = z.object({ text: z.string() });
const resourceSchema = z.object({
  resource: z.object({ uri: z.string().optional(), text: z.string().optional() }),
});
const linkSchema = z.object({ name: z.string().optional(), uri: z.string() });
const mediaSchema = z.object({ mimeType: z.string() });

/**
 * The text of a tool's result for a model. Parts that are not text, including unknown kinds, are named, and the others are
 * kept.
 */
export function resultText(content: unknown, structuredContent: unknown): string {
  const parts = Array.isArray(content) ? content.map(partText) : [typeof content === "string" ? content : ""];
  const texts = parts.filter((text) => text.trim() !== "");
  if (texts.length > 0) return texts.join("\n");
  return structuredContent === undefined || structuredContent === null
    ? "The tool gave no output."
    : structuredText(structuredContent);
}

/** The SDK parses JSON as JavaScript does, which rounds long integers. */
function structuredText(value: unknown): string {
  const json = JSON.stringify(value);
  return /[:[,]-?\d{16}/.test(json) ? `${json} (Integers of more than 15 digits may be rounded here.)` : json;
}

function partText(value: unknown): string {
  if (typeof value === "string") return value;
  const part = partSchema.safeParse(value);
  if (!part.success) return "[a part of unknown form]";
  const { type } = part.data;
  if (type === "text") return textSchema.safeParse(value).data?.text.trim() ?? "";
  if (type === "resource") {
    const resource = resourceSchema.safeParse(value).data?.resource;
    return resource?.text ?? `[resource ${resource?.uri ?? "without a name"}]`;
  }
  if (type === "resource_link") {
    const link = linkSchema.safeParse(value).data;
    return link ? `[resource ${link.name ?? link.uri}: ${link.uri}]` : "[resource]";
  }
  const media = mediaSchema.safeParse(value).data;
  return `[${[type, media?.mimeType].filter(Boolean).join(" ")}]`;
}
