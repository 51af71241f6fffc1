import { escapeState } from "@bullpen/base";
import { OBJECT_CLOSING, type ObjectShape, type PropertyValue, propertySeparator } from "@bullpen/contracts";

/** A part of an object's text: fixed, or the content of a JSON string with its closing quotation mark. */
export type Segment =
  | { readonly type: "literal"; readonly text: string }
  | { readonly type: "string"; readonly least: number; readonly most: number };

/** A position in the text of an object. */
export interface TextPlace {
  readonly segment: number;
  /** Characters of the segment that are written, counted as far as the count matters. */
  readonly written: number;
  /** An escape sequence that has begun, with equivalent digits replaced by one of them; "" outside of one. */
  readonly pending: string;
}

/** Equal for all positions where the same texts may follow. */
export function placeKey(segments: readonly Segment[], { segment, written, pending }: TextPlace): string {
  return JSON.stringify([segments, segment, written, pending]);
}

export const START: TextPlace = { segment: 0, written: 0, pending: "" };

/** The text of an object of this shape after its opening, up to the closing quotation mark of its last value. */
export function segmentsOf(shape: ObjectShape): readonly Segment[] {
  const segments: Segment[] = [];
  let literal = "";
  for (const [position, { key, value }] of shape.entries()) {
    if (position > 0) literal += propertySeparator(key);
    if ("schema" in value) throw new Error("An object's text has no segments: a grammar is needed.");
    if (value.type === "constant") {
      literal += JSON.stringify(value.text);
      continue;
    }
    segments.push({ type: "literal", text: `${literal}"` }, stringSegment(value));
    literal = "";
  }
  return literal === "" ? segments : [...segments, { type: "literal", text: literal }];
}

function stringSegment({ minLength = 0, maxLength = Number.POSITIVE_INFINITY }: StringValue): Segment {
  return { type: "string", least: minLength, most: maxLength };
}

type StringValue = Extract<PropertyValue, { type: "string" }>;

/**
 * Follows `text` from `place` on. Returns `undefined` if no object continues like this. `ended`: the index after the
 * quotation mark that ends the last value; a token may bring along a part of {@link OBJECT_CLOSING}.
 */
export function follow(
  segments: readonly Segment[],
  place: TextPlace,
  text: string,
): { readonly place: TextPlace; readonly ended?: number } | undefined {
  let here = place;
  for (let index = 0; index < text.length; index++) {
    const next = step(segments[here.segment], here, text.charAt(index));
    if (!next) return undefined;
    here = next;
    if (here.segment < segments.length) continue;
    const rest = text.slice(index + 1);
    return rest === "" || rest === "}" || OBJECT_CLOSING.startsWith(rest)
      ? { place: here, ended: index + 1 }
      : undefined;
  }
  return { place: here };
}

function step(segment: Segment | undefined, place: TextPlace, char: string): TextPlace | undefined {
  if (!segment) return undefined;
  const onward = { ...place, written: counted(segment, place.written + 1), pending: "" };
  const following = { segment: place.segment + 1, written: 0, pending: "" };
  if (segment.type === "literal") {
    if (segment.text[place.written] !== char) return undefined;
    return onward.written === segment.text.length ? following : onward;
  }
  if (place.pending === "" && char === '"') return place.written >= segment.least ? following : undefined;
  if (place.written >= segment.most) return undefined;
  if (place.pending !== "" || char === "\\") {
    const pending = place.pending + char;
    const state = escapeState(pending);
    if (state === "illegal") return undefined;
    return state === "whole" ? onward : { ...place, pending: representative(pending) };
  }
  return isControl(char) ? undefined : onward;
}

/** How much of a segment has been written; of a string without a limit only up to its least length. */
function counted(segment: Segment, written: number): number {
  const isEndless = segment.type === "string" && segment.most === Number.POSITIVE_INFINITY;
  return isEndless ? Math.min(written, segment.least) : written;
}

/** An escape sequence that has begun, with each digit replaced by one that lets the same follow. */
function representative(pending: string): string {
  return pending
    .toLowerCase()
    .replace(/(?<=u)(?:[0-9a-ce-f][0-9a-f]{0,3}|d[0-7][0-9a-f]{0,2})$/, (digits) => "0".repeat(digits.length))
    .replace(/(?<=ud)[89ab]([0-9a-f]{0,2})/, (digits) => "8".repeat(digits.length))
    .replace(/(?<=ud)[c-f]([0-9a-f]{0,2})$/, (digits) => "c".repeat(digits.length));
}

function isControl(char: string): boolean {
  return char < " " || char === "\u007F";
}
