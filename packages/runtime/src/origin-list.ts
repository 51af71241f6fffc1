import { z } from "zod";
import { listSetting } from "./host-name.js";

/** Origins of web pages: `https://chat.example.com`, `http://localhost:8080`; `*` for any. */
export const originListSetting = listSetting(
  z.string().transform((text, context) => {
    if (text === "*") return text;
    // A browser writes an origin in lower case, without a port that goes without saying and without a slash.
    const [origin] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@*\s]+(?=\/?$)/.exec(text.toLowerCase()) ?? [];
    if (origin !== undefined && URL.canParse(origin)) {
      return /^https?:/.test(origin) ? new URL(origin).origin : origin;
    }
    context.addIssue({
      code: "custom",
      message: `"${text}" is no origin. Give origins such as https://chat.example.com or http://localhost:8080, without a path, with commas between them, or * for any`,
    });
    return z.NEVER;
  }),
);
