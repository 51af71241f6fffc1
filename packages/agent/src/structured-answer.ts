import type { JsonSchema, ResponseFormat, Turn } from "@bullpen/contracts";
import { findFault } from "@bullpen/json-schema";
import { AnswerStream } from "./answer-stream.js";

/** An answer that is JSON. */
export interface JsonAnswer {
  readonly text: string;
  /** Whether a limit ended the turn in the middle of it. */
  readonly isCut: boolean;
}

/**
 * The answer in a turn as its JSON was written; `undefined` if the turn is no answer, or has not come to it.
 *
 * @param isAnswer whether the input of an action of that name is an answer. Default: of every name.
 */
export function jsonAnswerOf(
  { text, finish_reason }: Turn,
  isAnswer: (name: string) => boolean = () => true,
): JsonAnswer | undefined {
  const stream = new AnswerStream(isAnswer, "json");
  const json = stream.push(text);
  return stream.hasBegun ? { text: json, isCut: !stream.isWhole && finish_reason !== "stop" } : undefined;
}

/** The JSON text that fits the format, or what is wrong with the answer, as a clause. */
export function fitAnswer(
  { schema }: ResponseFormat,
  json: string,
): { readonly json: string } | { readonly fault: string } {
  const fault = findFault(schema, json);
  if (fault === undefined) return { json };
  // A model that no grammar holds may write the JSON into a string.
  const inner = contentOf(json);
  return inner !== undefined && findFault(schema, inner) === undefined ? { json: inner } : { fault };
}

function contentOf(json: string): string | undefined {
  if (!json.startsWith('"')) return undefined;
  try {
    return String(JSON.parse(json));
  } catch {
    return undefined;
  }
}

/** What the model is told of an answer that does not fit. */
export function describeMisfit(fault: string): string {
  return `the answer does not fit its schema: ${fault}. Give the whole answer again.`;
}

/** What the caller is told of an answer that a limit cut off. */
export function cutAnswer(turn: Turn | undefined): string {
  const tokens = turn?.usage.completion_tokens ?? 0;
  const remedy =
    turn?.finish_reason === "context"
      ? "The model's context was full: shorten the question or the schema"
      : "Allow more (max_tokens)";
  return `The answer was cut off after ${tokens} tokens, before it was whole JSON. ${remedy}.`;
}

/** What the model is told of the JSON that it has to write. */
export function describeFormat({ description, schema }: ResponseFormat): string {
  const { $schema: _, ...shown } = schema;
  const purpose = description ? ` (${description})` : "";
  if (Object.keys(shown).every((key) => key === "type") && shown.type === "object")
    return `a JSON object${purpose}`;
  return `a JSON value${purpose} that fits this schema: ${JSON.stringify(shown)}`;
}

/** Keywords that a grammar says as they are, and annotations. */
const SAID_BY_GRAMMAR = new Set([
  ...["type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "$ref"],
  ...["$defs", "definitions", "$schema", "title", "description", "default", "examples", "nullable"],
]);

/** Longer schemas may have more rules than a grammar takes. */
const MAX_SAID_LENGTH = 8_000;

/**
 * Whether a grammar says all of a schema, so that an answer fits while it is written. It errs to the safe side: then the
 * answer is shown when it is whole.
 */
export function isSaidByGrammar(schema: JsonSchema): boolean {
  return JSON.stringify(schema).length <= MAX_SAID_LENGTH && isSaid(schema);
}

function isSaid(schema: unknown): boolean {
  if (!isRecord(schema)) return typeof schema === "boolean";
  const { properties, $defs, definitions, items, additionalProperties, anyOf, $ref } = schema;
  const maps = [properties, $defs, definitions].flatMap((map) => (isRecord(map) ? Object.values(map) : []));
  const parts = [items, additionalProperties].filter((part) => part !== undefined);
  const choices = Array.isArray(anyOf) ? anyOf : [];
  const keys = Object.keys(schema).filter((key) => key !== "description" && key !== "title");
  // Beside a choice or a reference a grammar leaves other keywords out.
  const isAlone = ($ref === undefined && anyOf === undefined) || keys.every((key) => !ASSERTS.has(key));
  return (
    isAlone &&
    Object.keys(schema).every((key) => SAID_BY_GRAMMAR.has(key)) &&
    [...maps, ...parts, ...choices].every(isSaid)
  );
}

const ASSERTS = new Set(["type", "properties", "required", "additionalProperties", "items", "enum", "const"]);

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
