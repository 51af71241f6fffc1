import type { Random } from "./random.js";

/** A fact that the documents hold, and how it is asked for. `{E}` is the place, `{V}` the value. */
interface Relation {
  readonly questions: readonly string[];
  readonly fact: string;
  readonly value: (random: Random) => string;
}

const BEGINNINGS = [
  "Bram",
  "Corv",
  "Dunn",
  "Elst",
  "Fjor",
  "Grell",
  "Hask",
  "Imber",
  "Jorv",
  "Kest",
  "Lomb",
  "Mirr",
];
const ENDINGS = ["ach", "enby", "ford", "gate", "holm", "ick", "low", "mere", "ness", "over", "stead", "wyn"];
const KINDS = [
  "Observatory",
  "Windmill",
  "Boathouse",
  "Chapel",
  "Granary",
  "Aqueduct",
  "Tollhouse",
  "Glasshouse",
];
const FIRST = [
  "Odalys",
  "Perrin",
  "Quade",
  "Rosalba",
  "Sixten",
  "Tamsin",
  "Ulric",
  "Verity",
  "Wystan",
  "Yevgenia",
];
const LAST = [
  "Abelard",
  "Brockway",
  "Cazalet",
  "Dunsmuir",
  "Ettrick",
  "Fenwick",
  "Gaskell",
  "Hollis",
  "Inskip",
];
const STONES = ["sandstone", "granite", "limestone", "slate", "basalt", "marble"];
const COLOURS = ["crimson", "turquoise", "ochre", "violet", "ivory", "emerald"];
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];

const name = (random: Random) => `${random.pick(BEGINNINGS)}${random.pick(ENDINGS)}`;
const person = (random: Random) => `${random.pick(FIRST)} ${random.pick(LAST)}`;

const RELATIONS: readonly Relation[] = [
  {
    questions: ["On whose orders did {E} go up?", "At whose wish was {E} put there?"],
    fact: "{E} went up on the orders of {V}.",
    value: person,
  },
  {
    questions: [
      "Since which year has {E} been in service?",
      "From what year onwards has {E} been in service?",
    ],
    fact: "{E} has been in service since {V}.",
    value: (random) => String(random.whole(1640, 1960)),
  },
  {
    questions: [
      "How far does {E} reach above the ground?",
      "By how many metres does {E} reach above the ground?",
    ],
    fact: "{E} reaches {V} metres above the ground.",
    value: (random) => String(random.whole(13, 98)),
  },
  {
    questions: ["In which colour is the door of {E} painted?", "Which paint covers the door of {E}?"],
    fact: "The door of {E} is painted {V}.",
    value: (random) => random.pick(COLOURS),
  },
  {
    questions: ["From which rock were the walls of {E} cut?", "Which rock gave the walls of {E}?"],
    fact: "The walls of {E} were cut from {V}.",
    value: (random) => random.pick(STONES),
  },
  {
    questions: [
      "On which weekday are the gates of {E} locked?",
      "Which weekday finds the gates of {E} locked?",
    ],
    fact: "The gates of {E} are locked on {V}.",
    value: (random) => random.pick(WEEKDAYS),
  },
  {
    questions: ["How heavy is the bell inside {E}?", "What does the bell inside {E} weigh?"],
    fact: "The bell inside {E} weighs {V} kilograms.",
    value: (random) => String(random.whole(110, 990)),
  },
  {
    questions: [
      "Who winds the clock of {E} each morning?",
      "By whom is the clock of {E} wound each morning?",
    ],
    fact: "Each morning {V} winds the clock of {E}.",
    value: person,
  },
];

/** A question about the documents, and the value that answers it. */
interface LookUp {
  readonly question: string;
  readonly value: string;
}

interface World {
  /** File names and texts of the documents. */
  readonly documents: ReadonlyMap<string, string>;
  readonly lookUps: readonly LookUp[];
  /** Questions about places that no document names. */
  readonly unanswerable: readonly string[];
}

/** Facts that a document holds. */
const FACTS = 4;

/** Invented places with a document each. @param askedFor questions that have an answer; two for each place. */
export function makeWorld(random: Random, askedFor: number, unanswerable: number): World {
  const places = new Set<string>();
  const wanted = askedFor / 2 + unanswerable;
  while (places.size < wanted) places.add(`${name(random)} ${random.pick(KINDS)}`);
  const [known, unknown] = [[...places].slice(0, askedFor / 2), [...places].slice(askedFor / 2)];
  const documents = new Map<string, string>();
  const lookUps: LookUp[] = [];
  for (const place of known) {
    const relations = shuffled(random, RELATIONS).slice(0, FACTS);
    const facts = relations.map((relation) => ({ relation, value: relation.value(random) }));
    const sentences = facts.map(({ relation, value }) => filled(relation.fact, `the ${place}`, value));
    documents.set(fileName(place), `# ${place}\n\n${sentences.join(" ")}\n`);
    for (const { relation, value } of facts.slice(0, 2)) {
      lookUps.push({ question: filled(random.pick(relation.questions), `the ${place}`, ""), value });
    }
  }
  return {
    documents,
    lookUps,
    unanswerable: unknown.map((place) => {
      const { questions } = random.pick(RELATIONS);
      return filled(random.pick(questions), `the ${place}`, "");
    }),
  };
}

function filled(template: string, place: string, value: string): string {
  const text = template.replace("{E}", place).replace("{V}", value);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function fileName(place: string): string {
  return `${place.toLowerCase().replaceAll(" ", "-")}.md`;
}

function shuffled<T>(random: Random, values: readonly T[]): T[] {
  const rest = [...values];
  const result: T[] = [];
  while (rest.length > 0) result.push(...rest.splice(random.whole(0, rest.length - 1), 1));
  return result;
}
