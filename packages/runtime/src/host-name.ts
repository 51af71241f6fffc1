import { z } from "zod";

/** The form of a `Host` header (RFC 9110, 7.2): a name or an IP address, with or without a port. */
const AUTHORITY = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{0,5})?$/i;

/**
 * The host of a `Host` header, or of a request target, in the one form that compares equal: lower case,
 * without port and trailing dot, numbers as IP addresses (`127.1` is `127.0.0.1`). `undefined` for what is no
 * host.
 */
export function hostOf(authority: string): string | undefined {
  if (!AUTHORITY.test(authority)) return undefined;
  const url = `http://${authority}`;
  if (!URL.canParse(url)) return undefined;
  return new URL(url).hostname.replace(/\.$/, "") || undefined;
}

/** Whether a host, in the form of {@link hostOf}, is an IP address. */
export function isIpAddress(host: string): boolean {
  return host.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

/** A list in one variable: entries with commas between them, empty ones left out. */
export function listSetting(entry: z.ZodType<string, string>) {
  return z
    .string()
    .transform((text) =>
      text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    )
    .pipe(z.array(entry));
}

/** Names of hosts: `bullpen.example.com`, `*.example.com` for all names below it, `*` for any. */
export const hostListSetting = listSetting(
  z.string().transform((text, context) => {
    if (text === "*") return text;
    const [, wildcard = "", name = ""] = /^(\*?\.)?(.*)$/.exec(text) ?? [];
    const host = /:\d+$/.test(name) ? undefined : hostOf(name);
    if (host !== undefined) return wildcard === "" ? host : `*.${host}`;
    context.addIssue({
      code: "custom",
      message: `"${text}" is no host name. Give names such as bullpen.example.com or *.example.com, without scheme, port or path, with commas between them`,
    });
    return z.NEVER;
  }),
);
