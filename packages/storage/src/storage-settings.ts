import { splitCredentials } from "@bullpen/contracts";
import { z } from "zod";
import { checkedKey } from "./key.js";

const urlSetting = z.url({ protocol: /^https?$/, error: "must be an http:// or https:// URL" });
const prefixSetting = z
  .string()
  .transform(withoutOuterSlashes)
  .refine(isKey, "must be names of letters, digits and . _ - with slashes between them");

/** Settings of every process that keeps files; {@link checkStorageSettings} belongs to them. */
export const storageSettings = {
  DATA_DIR: z
    .string()
    .refine(
      (path) => !/^(?:~|["'])/.test(path),
      "must be a path without quotes, and written out where a shell has ~",
    )
    .refine((path) => !path.includes("\0"), "must be a path without NUL characters")
    .default("./.bullpen/data")
    .describe(
      "The folder that holds files and batches where no bucket is set: one file system with hard links, shared by all hosts.",
    ),
  S3_BUCKET: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/,
      "must be the name of a bucket, such as my-files, and nothing else",
    )
    .optional()
    .describe(
      "The bucket that holds files and batches instead: of AWS S3, or of a store with conditional writes such as MinIO, R2 or Ceph.",
    ),
  S3_ENDPOINT: urlSetting
    .refine((url) => !holdsCredentials(url), {
      error: "must hold no user name or password: they go into S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY",
    })
    .optional()
    .meta({ description: "URL of a store other than AWS, such as `http://minio:9000`.", defaultText: "AWS" }),
  S3_REGION: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, "must be a region, such as us-east-1")
    .optional()
    .meta({ description: "The bucket's region.", defaultText: "us-east-1" }),
  S3_ACCESS_KEY_ID: z.string().optional().meta({
    secret: true,
    description: "A key with the rights to get, put, delete and list objects, and to abort uploads.",
    defaultText: "what the AWS SDK finds, such as the machine's role",
  }),
  S3_SECRET_ACCESS_KEY: z
    .string()
    .optional()
    .meta({ secret: true, description: "The secret of `S3_ACCESS_KEY_ID`." }),
  S3_CA_FILE: z.string().optional().meta({
    description:
      "With `https://`, the certificate in PEM of the authority that signed the store's one, or several; no other is trusted then.",
    defaultText: "the authorities that Node knows, and those in the file of `NODE_EXTRA_CA_CERTS`",
  }),
  S3_PREFIX: prefixSetting.optional().describe("A folder of the bucket; everything is stored below it."),
  S3_FORCE_PATH_STYLE: z
    .enum(["true", "false"], "must be true or false")
    .transform((value) => value === "true")
    .optional()
    .meta({
      description: "The bucket is in the URL's path, not in its host.",
      defaultText: "true with `S3_ENDPOINT`, else false",
    }),
};

const storageSettingsSchema = z.object(storageSettings);
export type StorageSettings = z.output<typeof storageSettingsSchema>;

/** Finds an S3 that is set up by halves; for `superRefine` of a schema that holds {@link storageSettings}. */
export function checkStorageSettings(settings: StorageSettings, context: z.core.$RefinementCtx): void {
  const missing = (name: keyof StorageSettings, message: string) =>
    context.addIssue({ code: "custom", path: [name], message, input: undefined });
  if (settings.S3_BUCKET === undefined) {
    const others = Object.entries(settings).filter(
      ([name, value]) => name.startsWith("S3_") && value !== undefined,
    );
    const [other] = others;
    if (other) missing("S3_BUCKET", `must be set where ${other[0]} is`);
    return;
  }
  if (settings.S3_CA_FILE !== undefined && /^http:/i.test(settings.S3_ENDPOINT ?? "")) {
    missing("S3_CA_FILE", "is for TLS, and S3_ENDPOINT does not begin with https://");
  }
  if (settings.S3_ACCESS_KEY_ID !== undefined && settings.S3_SECRET_ACCESS_KEY === undefined) {
    missing("S3_SECRET_ACCESS_KEY", "must be set where S3_ACCESS_KEY_ID is");
  }
  if (settings.S3_SECRET_ACCESS_KEY !== undefined && settings.S3_ACCESS_KEY_ID === undefined) {
    missing("S3_ACCESS_KEY_ID", "must be set where S3_SECRET_ACCESS_KEY is");
  }
}

function holdsCredentials(url: string): boolean {
  return URL.canParse(url) && splitCredentials(url).authorization !== undefined;
}

function withoutOuterSlashes(text: string): string {
  const names = text.split("/");
  const last = names.findLastIndex((name) => name !== "");
  return names
    .slice(
      Math.max(
        names.findIndex((name) => name !== ""),
        0,
      ),
      last + 1,
    )
    .join("/");
}

function isKey(text: string): boolean {
  try {
    checkedKey(text);
    return true;
  } catch {
    return false;
  }
}
