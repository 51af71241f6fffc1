import { splitCredentials } from "@bullpen/contracts";
import { z } from "zod";

const EXAMPLE = "http://10.0.0.5:8000/v1, http://10.0.0.6:8000/v1";

/** Addresses of model servers, with commas or spaces between them. Each is an HTTP URL and comes once. */
export const serverListSetting = z.string().transform((text, context) => {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== "");
  const seen = new Set<string>();
  for (const entry of entries) {
    const fault = faultOf(entry, seen);
    if (fault !== undefined)
      context.addIssue({
        code: "custom",
        message: `"${entry}" ${fault}. Give URLs with commas or spaces between them, such as ${EXAMPLE}`,
      });
  }
  if (entries.length === 0)
    context.addIssue({
      code: "custom",
      message: `names no server. Give URLs such as ${EXAMPLE}, or leave it out`,
    });
  return entries;
});

function faultOf(entry: string, seen: Set<string>): string | undefined {
  if (!URL.canParse(entry)) return "is no URL";
  const { protocol, hostname, search, hash } = new URL(entry);
  if ((protocol !== "http:" && protocol !== "https:") || hostname === "") return "is no HTTP URL";
  if (search !== "" || hash !== "") return "has a query or a fragment";
  const address = new URL(splitCredentials(entry).url).href.replace(/\/$/, "");
  if (seen.has(address)) return "is listed twice";
  seen.add(address);
  return undefined;
}
