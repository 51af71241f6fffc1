import { z } from "zod";
import { filledText, type ImportedCase, parseRow } from "./imported.js";

const sentences = z.array(z.string());
/** Pairs in the JSON of the authors, two columns in Parquet. */
const contextSchema = z.union([
  z.array(z.tuple([z.string(), sentences])),
  z
    .object({ title: z.array(z.string()), sentences: z.array(sentences) })
    .transform(({ title, sentences }) =>
      title.map((each, i): [string, string[]] => [each, sentences[i] ?? []]),
    ),
]);

const rowSchema = z.looseObject({
  _id: z.string().optional(),
  id: z.string().optional(),
  question: filledText,
  answer: filledText,
  type: z.string().optional(),
  context: contextSchema,
});

/** A row of HotpotQA (distractor or fullwiki setting): its paragraphs become the documents of the case. */
export function fromHotpotQa(row: unknown, number: number): ImportedCase {
  const { _id, id, question, answer, type, context } = parseRow(rowSchema, row, "HotpotQA");
  return {
    id: _id ?? id ?? `hotpotqa-${number}`,
    question,
    answer,
    check: { type: "contains", ignore_punctuation: true },
    ...(type !== undefined && { class: type }),
    documents: context.map(([title, parts]) => ({ title, text: parts.join("").trim() })),
  };
}
