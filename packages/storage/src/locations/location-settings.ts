import { resolve } from "node:path";
import { z } from "zod";
import type { StorageSettings } from "../storage-settings.js";
import { type Location, LocationError, parseLocation } from "./location.js";

const credential = (description: string) => z.string().optional().meta({ secret: true, description });

/** The places that batches may name, for every process that checks or uses them. */
export const locationSettings = {
  BATCH_LOCATIONS: z
    .string()
    .default("")
    .transform((list, context): Location[] => {
      const parts = list.split(",").map((part) => part.trim());
      return parts
        .filter((part) => part !== "")
        .flatMap((part) => {
          try {
            return [parseLocation(part)];
          } catch (error) {
            if (!(error instanceof LocationError)) throw error;
            context.addIssue({ code: "custom", message: error.message, input: list });
            return [];
          }
        });
    })
    .meta({
      description:
        "Where batches may read input and write output: folders and `s3://bucket/prefix`, with commas between them, such as `/srv/batches,s3://team-data/{tenant}`. `{tenant}` stands for the tenant's name.",
      defaultText: "nowhere",
    }),
};

/** How batchers reach the buckets among them. */
export const locationAccessSettings = {
  ...locationSettings,
  BATCH_S3_ENDPOINT: z
    .url({ protocol: /^https?$/, error: "must be an http:// or https:// URL" })
    .optional()
    .meta({
      description: "URL of the store with the buckets of `BATCH_LOCATIONS`.",
      defaultText: "that of the storage, with its region and keys",
    }),
  BATCH_S3_REGION: z.string().optional().describe("The region of these buckets."),
  BATCH_S3_ACCESS_KEY_ID: credential(
    "A key with the rights to get and put objects there, and to abort uploads.",
  ),
  BATCH_S3_SECRET_ACCESS_KEY: credential("The secret of `BATCH_S3_ACCESS_KEY_ID`."),
};

/**
 * Finds a location that holds Bullpen's own storage, or is in it: tenants would read each other's files there. For
 * `superRefine` of a schema that holds {@link locationSettings}.
 */
export function checkLocationSettings(
  settings: StorageSettings & { readonly BATCH_LOCATIONS: readonly Location[] },
  context: z.core.$RefinementCtx,
): void {
  const own = ownLocation(settings);
  if (!settings.BATCH_LOCATIONS.some((location) => overlap(location, own))) return;
  const message = "must not hold Bullpen's own storage (DATA_DIR, or S3_BUCKET and S3_PREFIX), nor be in it";
  context.addIssue({ code: "custom", path: ["BATCH_LOCATIONS"], message, input: undefined });
}

function ownLocation({ S3_BUCKET: bucket, S3_PREFIX: prefix = "", DATA_DIR }: StorageSettings): Location {
  return bucket === undefined ? { kind: "folder", path: resolve(DATA_DIR) } : { kind: "s3", bucket, prefix };
}

function overlap(a: Location, b: Location): boolean {
  if (a.kind === "folder" && b.kind === "folder") return isWithin(a.path, b.path) || isWithin(b.path, a.path);
  if (a.kind !== "s3" || b.kind !== "s3" || a.bucket !== b.bucket) return false;
  return isWithin(a.prefix, b.prefix) || isWithin(b.prefix, a.prefix);
}

/** `{tenant}` stands for any name. */
function isWithin(path: string, folder: string): boolean {
  if (folder === "") return true;
  const [names, own] = [path.split("/"), folder.split("/")];
  return own.every(
    (name, i) => name === names[i] || name.includes("{tenant}") || names[i]?.includes("{tenant}"),
  );
}

const locationAccessSchema = z.object(locationAccessSettings);
export type LocationAccessSettings = z.output<typeof locationAccessSchema>;
