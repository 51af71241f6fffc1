import { z } from "zod";
import { DatasetError } from "../dataset/parse-case.js";

/** A line of a dataset, made from a row of a published one. */
export interface ImportedCase {
  readonly id: string;
  readonly question: string;
  readonly answer: string | readonly string[];
  readonly check: string | Readonly<Record<string, unknown>>;
  readonly class?: string;
  readonly documents?: readonly { readonly title: string; readonly text: string }[];
  /** A file beside the published dataset that belongs to the question. */
  readonly attachment?: string;
}

/** A row that cannot be asked, and why. */
export interface SkippedRow {
  readonly skipped: string;
}

/** A row in the form that its publishers describe. @throws {DatasetError} that names the field. */
export function parseRow<T>(schema: z.ZodType<T>, row: unknown, dataset: string): T {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DatasetError(
    `${issue?.path.join(".") || "The row"}: ${issue?.message}. It is no row of ${dataset} as published.`,
  );
}

export const filledText = z
  .string("must be a text")
  .refine((text) => text.trim() !== "", "must not be empty");
