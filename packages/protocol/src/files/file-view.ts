import { filePurposeSchema } from "@bullpen/contracts";
import { z } from "zod";
import { pageSchema } from "../list.js";

/** A file as the API shows it. */
export const fileViewSchema = z.object({
  id: z.string(),
  object: z.literal("file"),
  bytes: z.int(),
  created_at: z.int().describe("Unix seconds."),
  expires_at: z.int().nullable().describe("Unix seconds; null: the file is kept until it is deleted."),
  filename: z.string(),
  purpose: filePurposeSchema,
  status: z.literal("processed"),
  status_details: z.null(),
  sha256: z.string().describe("SHA-256 of the content, in hexadecimal."),
});
export type FileView = z.output<typeof fileViewSchema>;

export const filePageSchema = pageSchema(fileViewSchema);

export const deletedFileSchema = z.object({
  id: z.string(),
  object: z.literal("file"),
  deleted: z.literal(true),
});
