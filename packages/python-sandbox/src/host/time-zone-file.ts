/** Names of zones: `Europe/Berlin`, `UTC`, `Etc/GMT+5`. */
const NAME = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;

const DAY = 86_400_000;
/** Shorter than any time since 1900 for which a zone has kept an offset. */
const STEP = 14 * DAY;
const FIRST = Date.UTC(1900, 0, 1);
const END = Date.UTC(2100, 0, 1);

/** English locales: each has names for the zones of its own country. */
const LOCALES = ["en-US", "en-GB", "en-AU", "en-NZ", "en-ZA", "en-IN", "en-CA"];
/** Names that the IANA database has too. There other zones are named by their offset, such as `+0545`. */
const NAMES = new Set(
  `UTC GMT BST IST WET WEST CET CEST EET EEST MSK WAT CAT EAT SAST NST NDT AST ADT EST EDT CST CDT MST MDT PST PDT
  AKST AKDT HST HDT SST ChST AWST ACST ACDT AEST AEDT NZST NZDT`.split(/\s+/),
);

interface LocalTime {
  /** Seconds east of Greenwich. */
  readonly offset: number;
  readonly isSummer: boolean;
  /** Such as `CET`, or `+0545` if the zone has no name. */
  readonly name: string;
}

/**
 * The rules of a zone from 1900 to 2100 as Python's `zoneinfo` reads them, made from the data of Node's ICU.
 * Undefined for an unknown zone. Takes about 50 ms.
 *
 * The format is TZif, a version 1 header and version 2 data (RFC 9636, section 3), without a footer.
 */
export function timeZoneFile(name: string): Uint8Array | undefined {
  if (!NAME.test(name)) return undefined;
  let clock: ZoneClock;
  try {
    clock = new ZoneClock(name);
  } catch {
    return undefined; // a RangeError: ICU does not know it
  }
  const changes = changesOf(clock);
  // Queried at the end of each period: at its start ICU does not always know the name yet.
  const until = (i: number) => clock.at((changes[i] ?? END) - 1_000);
  const transitions = changes.map((at, i) => ({ at: at / 1_000, to: until(i + 1) }));
  // The last transition applies forever, so it must not be one to summer time.
  if (transitions.at(-1)?.to.isSummer) transitions.pop();
  return render(until(0), transitions);
}

/** The names of all zones, one per line. */
export function timeZoneNames(): Uint8Array {
  return Buffer.from([...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])].join("\n"));
}

class ZoneClock {
  readonly #clock: Intl.DateTimeFormat;
  readonly #long: Intl.DateTimeFormat;
  readonly #short: readonly Intl.DateTimeFormat[];

  constructor(timeZone: string) {
    const numeric = "numeric";
    this.#clock = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
    this.#long = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "long" });
    this.#short = LOCALES.map(
      (locale) => new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "short" }),
    );
  }

  /** @param time milliseconds since 1970, whole seconds. */
  offset(time: number): number {
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = (
      this.#clock.format(time).match(/\d+/g) ?? []
    ).map(Number);
    return (Date.UTC(year, month - 1, day, hour, minute, second) - time) / 1_000;
  }

  at(time: number): LocalTime {
    const offset = this.offset(time);
    const names = this.#short.map((format) => nameIn(format, time));
    const name = names.find((each) => NAMES.has(each)) ?? offsetName(offset);
    return { offset, isSummer: /Summer|Daylight/.test(nameIn(this.#long, time)), name };
  }
}

function nameIn(format: Intl.DateTimeFormat, time: number): string {
  return format.formatToParts(time).find(({ type }) => type === "timeZoneName")?.value ?? "";
}

function offsetName(offset: number): string {
  const minutes = Math.trunc(Math.abs(offset) / 60);
  const [hours, rest] = [Math.trunc(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0"));
  return `${offset < 0 ? "-" : "+"}${hours}${rest === "00" ? "" : rest}`;
}

interface Transition {
  /** Seconds since 1970. */
  readonly at: number;
  readonly to: LocalTime;
}

/** The times at which the offset changes, in milliseconds since 1970. */
function changesOf(clock: ZoneClock): number[] {
  const changes: number[] = [];
  let before = clock.offset(FIRST);
  for (let time = FIRST + STEP; time < END; time += STEP) {
    const offset = clock.offset(time);
    if (offset === before) continue;
    changes.push(changeBetween(clock, time - STEP, time, before));
    before = offset;
  }
  return changes;
}

/** The first second at which the offset differs from `before`, by bisection. */
function changeBetween(clock: ZoneClock, from: number, to: number, before: number): number {
  let [low, high] = [from / 1_000, to / 1_000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (clock.offset(middle * 1_000) === before) low = middle;
    else high = middle;
  }
  return high * 1_000;
}

function render(first: LocalTime, transitions: readonly Transition[]): Uint8Array {
  const types: LocalTime[] = [];
  const typeOf = (time: LocalTime) => {
    const known = types.findIndex(
      (each) => each.offset === time.offset && each.isSummer === time.isSummer && each.name === time.name,
    );
    return known >= 0 ? known : types.push(time) - 1;
  };
  typeOf(first);
  const indices = transitions.map(({ to }) => typeOf(to));
  const names = [...new Set(types.map(({ name }) => name))].map((name) => `${name}\0`);
  const nameAt = (name: string) => names.join("").indexOf(`${name}\0`);
  const times = Buffer.alloc(8 * transitions.length);
  for (const [i, { at }] of transitions.entries()) times.writeBigInt64BE(BigInt(at), 8 * i);
  const records = types.map(({ offset, isSummer, name }) => {
    const record = Buffer.alloc(6);
    record.writeInt32BE(offset);
    record[4] = Number(isSummer);
    record[5] = nameAt(name);
    return record;
  });
  const text = Buffer.from(names.join(""));
  const counts = { times: transitions.length, types: types.length, characters: text.length };
  return Buffer.concat([
    header({ times: 0, types: 1, characters: 1 }),
    Buffer.alloc(6 + 1), // the one type of the version 1 block, which no reader uses
    header(counts),
    times,
    Buffer.from(indices),
    ...records,
    text,
    Buffer.from("\n\n"),
  ]);
}

function header({ times, types, characters }: Record<"times" | "types" | "characters", number>): Uint8Array {
  const bytes = Buffer.alloc(44);
  bytes.write("TZif2");
  for (const [i, count] of [0, 0, 0, times, types, characters].entries())
    bytes.writeUInt32BE(count, 20 + 4 * i);
  return bytes;
}
