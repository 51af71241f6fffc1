import { z } from "zod";

/** When a file is removed: so many seconds after it was made. */
export const expiresAfterSchema = z.strictObject({
  anchor: z.literal("created_at", 'must be "created_at"'),
  seconds: z.coerce
    .number("must be a whole number of seconds from 3600 to 2592000")
    .int("must be a whole number of seconds")
    .min(3_600, "must be at least 3600 seconds (an hour)")
    .max(2_592_000, "must be at most 2592000 seconds (30 days)"),
});

/** The fields of the form of `POST /v1/files`, in addition to the file. */
export const fileFieldsSchema = z.strictObject({
  purpose: z.literal("batch", 'must be "batch"'),
  expires_after: expiresAfterSchema.optional(),
});
