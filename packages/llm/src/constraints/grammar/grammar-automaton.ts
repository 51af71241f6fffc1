import { isInSet } from "./char-set.js";
import type { CompiledRules, Place } from "./compile-rules.js";

type CharacterPlace = Extract<Place, { type: "characters" }>;

/** A place, and where the text goes on after its rule. Equal ones are one object. */
export interface Frame<At extends Place = Place> {
  readonly id: number;
  readonly place: At;
  readonly parent: Frame | undefined;
}

/** All that the text written so far may be a beginning of. Equal ones are mostly one object. */
export interface GrammarState {
  readonly frames: readonly Frame<CharacterPlace>[];
  /** Whether the text may end here. */
  readonly mayEnd: boolean;
  readonly next: Map<number, GrammarState | undefined>;
}

/** Thrown where the text may be a beginning of too much. */
export class TooManyReadingsError extends Error {
  override readonly name = "TooManyReadingsError";
}

/**
 * Most readings of one text. Schemas have a handful; a schema whose choices begin alike, and go on with the same
 * choices, has powers of them.
 */
const MAX_READINGS = 512;

/** States that are kept. A text of a thousand characters passes through a few hundred. */
const MAX_STATES = 20_000;

/** Follows texts through a grammar, character by character. */
export class GrammarAutomaton {
  readonly start: GrammarState;
  #frames = new Map<number, Map<number, Frame>>();
  #states = new Map<string, GrammarState>();
  #lastId = 0;

  constructor({ root }: CompiledRules) {
    this.start = this.at(root.start);
  }

  /** The state at a place whose rule nothing follows. */
  at(place: Place): GrammarState {
    const reading = new Readings((...key) => this.#frame(...key));
    reading.add(place, undefined);
    return this.#state(reading);
  }

  /** The state after one more character; `undefined` if none begins like this. Throws {@link TooManyReadingsError}. */
  step(state: GrammarState, codePoint: number): GrammarState | undefined {
    if (state.next.has(codePoint)) return state.next.get(codePoint);
    const readings = new Readings((...key) => this.#frame(...key));
    for (const { place, parent } of state.frames)
      if (isInSet(place.set, codePoint)) readings.add(place.next, parent);
    const next = readings.isEmpty ? undefined : this.#state(readings);
    state.next.set(codePoint, next);
    return next;
  }

  #state({ frames, mayEnd }: Readings): GrammarState {
    const sorted = [...frames].sort((a, b) => a.id - b.id);
    const key = `${mayEnd} ${sorted.map(({ id }) => id).join(" ")}`;
    let state = this.#states.get(key);
    if (!state) {
      if (this.#states.size >= MAX_STATES) {
        this.#states = new Map();
        this.#frames = new Map();
      }
      state = { frames: sorted, mayEnd, next: new Map() };
      this.#states.set(key, state);
    }
    return state;
  }

  #frame<At extends Place>(place: At, parent: Frame | undefined): Frame<At> {
    const parentId = parent?.id ?? 0;
    let siblings = this.#frames.get(parentId);
    if (!siblings) {
      siblings = new Map();
      this.#frames.set(parentId, siblings);
    }
    let frame = siblings.get(place.id) as Frame<At> | undefined;
    if (!frame) {
      frame = { id: ++this.#lastId, place, parent };
      siblings.set(place.id, frame);
    }
    return frame;
  }
}

/** Collects the characters that may come next. */
class Readings {
  readonly frames = new Set<Frame<CharacterPlace>>();
  mayEnd = false;
  readonly #frame: <At extends Place>(place: At, parent: Frame | undefined) => Frame<At>;
  readonly #visited = new Set<Frame>();

  constructor(frame: <At extends Place>(place: At, parent: Frame | undefined) => Frame<At>) {
    this.#frame = frame;
  }

  get isEmpty(): boolean {
    return this.frames.size === 0 && !this.mayEnd;
  }

  add(place: Place, parent: Frame | undefined): void {
    if (place.type === "end") {
      if (parent) this.add(parent.place, parent.parent);
      else this.mayEnd = true;
      return;
    }
    const frame = this.#frame(place, parent);
    if (this.#visited.has(frame)) return;
    this.#visited.add(frame);
    if (this.#visited.size > 8 * MAX_READINGS)
      throw new TooManyReadingsError("A grammar has too many readings.");
    if (place.type === "characters") {
      this.frames.add(frame as Frame<CharacterPlace>);
      if (this.frames.size > MAX_READINGS) throw new TooManyReadingsError("A grammar has too many readings.");
    } else if (place.type === "split") {
      for (const each of place.to) this.add(each, parent);
    } else {
      // Of a rule at the end of another nothing is left to come back to.
      this.add(place.rule.start, place.next.type === "end" ? parent : this.#frame(place.next, parent));
    }
  }
}
