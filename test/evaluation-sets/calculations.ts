import type { Random } from "./random.js";

/** A way to ask for a calculation, and what is right. */
export interface Phrasing {
  /** Slots in braces are filled with the numbers of `sample`. */
  readonly text: string;
  readonly sample: (random: Random) => Readonly<Record<string, number>>;
  readonly answer: (numbers: Readonly<Record<string, number>>) => number;
}

type Numbers = Readonly<Record<"a" | "b" | "c", number>>;

function phrasings(
  sample: (random: Random) => Numbers,
  answer: (numbers: Numbers) => number,
  ...texts: readonly string[]
): Phrasing[] {
  // A cast: `sample` gives the three numbers that `answer` takes.
  return texts.map((text) => ({ text, sample, answer: (numbers) => answer(numbers as Numbers) }));
}

const any = (random: Random): Numbers => ({
  a: random.whole(120, 9_800),
  b: random.whole(11, 99),
  c: random.whole(3, 9),
});
const small = (random: Random): Numbers => ({
  a: random.whole(12, 95),
  b: random.whole(11, 60),
  c: random.whole(2, 9),
});
/** The first number can be divided by the second. */
const divisible = (random: Random): Numbers => {
  const b = random.whole(3, 40);
  return { a: b * random.whole(12, 240), b, c: random.whole(2, 9) };
};

export const ONE_STEP: readonly Phrasing[] = [
  ...phrasings(
    any,
    ({ a, b }) => a + b,
    "Our till took {a} before noon and {b} afterwards; what did it take over the day?",
    "Where does a counter end that begins at {a} and is moved on by {b}?",
    "The choir had {a} songs in its books until {b} new songs came. How many songs are in the books today?",
  ),
  ...phrasings(
    any,
    ({ a, b }) => a - b,
    "A tank with {a} litres loses {b} litres overnight. How many litres does it hold in the morning?",
    "Of {a} seats {b} are taken already, so how many can still be booked?",
    "Which number lies {b} below {a}?",
  ),
  ...phrasings(
    any,
    ({ a, b }) => a * b,
    "A printer puts out {b} sheets a minute. How many sheets come out in {a} minutes?",
    "Every one of the {a} rows seats {b} guests; how many guests does the hall seat?",
    "A clock strikes {a} times on each of {b} days. Count its strikes.",
  ),
  ...phrasings(
    divisible,
    ({ a, b }) => a / b,
    "{a} litres of milk are poured evenly into {b} jugs. How many litres end up in a jug?",
    "{a} pearls go onto necklaces of {b} pearls. How many necklaces come of them?",
    "A bill of {a} is split by {b} friends in equal parts; what does each of them owe?",
  ),
  ...phrasings(
    small,
    ({ a }) => a * a,
    "A square courtyard has sides of {a} metres. What is its area in square metres?",
    "Which result gives {a} when it is multiplied by itself?",
  ),
];

export const TWO_STEPS: readonly Phrasing[] = [
  ...phrasings(
    small,
    ({ a, b, c }) => a * b + c,
    "A courier carries {a} bags of {b} letters and {c} loose ones. How many letters are with the courier?",
    "Someone reads {b} pages on each of {a} evenings and {c} pages on the train. How many pages were read?",
    "Take {a} {b} times over and put {c} on it: where do you arrive?",
  ),
  ...phrasings(
    small,
    ({ a, b, c }) => a * b - c,
    "On {a} trays there were {b} rolls each, but {c} rolls got burnt. How many rolls can still be sold?",
    "Each of {a} buses brings {b} tourists, of whom {c} fall ill altogether. How many tourists stay healthy?",
  ),
  ...phrasings(
    small,
    ({ a, b, c }) => (a + b) * c,
    "{a} adults and {b} children come, and each person pays {c}. What is taken at the door?",
    "A gardener plants {a} tulips and {b} roses in every bed. How many flowers grow in {c} beds?",
    "Make one number of {a} and {b} by adding, then take that {c} times. What comes of it?",
  ),
  ...phrasings(
    (random) => {
      const c = random.whole(2, 9);
      const b = random.whole(11, 60);
      return { a: c * random.whole(12, 80) - b, b, c };
    },
    ({ a, b, c }) => (a + b) / c,
    "{a} red and {b} blue beads are threaded onto {c} strings of the same length. How many beads has a string?",
    "Two jars hold {a} and {b} sweets. All of them go to {c} children in equal shares; what does a child receive?",
  ),
  ...phrasings(
    (random) => {
      const c = random.whole(2, 9);
      const b = random.whole(11, 60);
      return { a: c * random.whole(12, 80) + b, b, c };
    },
    ({ a, b, c }) => (a - b) / c,
    "A farmer sets {b} of {a} eggs aside and packs the others into {c} baskets alike. How many eggs lie in a basket?",
    "{b} of {a} minutes go to a break; what remains is cut into {c} lessons of one length. How many minutes is a lesson?",
  ),
  ...phrasings(
    any,
    ({ a, b, c }) => a - b - c,
    "A purse with {a} coins pays {b} coins to the baker and {c} to the ferryman. What is in it afterwards?",
    "The lift stood at {a} kilograms until {b} kilograms and later {c} kilograms were unloaded. What does it carry now?",
  ),
  ...phrasings(
    small,
    ({ a, b, c }) => a * b * c,
    "A shelf has {c} boards, a board has {a} folders and a folder {b} sheets. How many sheets are on the shelf?",
    "A crate is {a} by {b} by {c} decimetres. What is its volume in cubic decimetres?",
  ),
  ...phrasings(
    divisible,
    ({ a, b, c }) => a / b + c,
    "{b} brothers inherit {a} acres in equal parts, and the youngest buys {c} acres more. How many acres has the youngest?",
    "Cut {a} into {b} parts of one size and put {c} onto a part. What is it then?",
  ),
];

const hundreds = (random: Random): Numbers => ({
  a: random.whole(4, 90) * 100,
  b: random.pick([5, 8, 12, 15, 16, 22, 35, 40, 45, 60, 75]),
  c: 0,
});

export const PERCENT: readonly Phrasing[] = [
  ...phrasings(
    hundreds,
    ({ a, b }) => (a * b) / 100,
    "{b} out of every hundred of our {a} readers wrote to us. How many readers wrote?",
    "A bank keeps {b} percent of a sum of {a} as its fee. How large is the fee?",
  ),
  ...phrasings(
    hundreds,
    ({ a, b }) => (a * (100 - b)) / 100,
    "A jacket is marked {a}, and at the till {b} percent come off. What is charged?",
    "A lake of {a} hectares dries out by {b} percent. How many hectares of water are there still?",
  ),
  ...phrasings(
    hundreds,
    ({ a, b }) => (a * (100 + b)) / 100,
    "A rent of {a} rises by {b} percent. Tell me the new rent.",
    "A village of {a} people grows by {b} percent. How many people live there then?",
  ),
];

const whole = (random: Random): Numbers => ({ a: random.whole(3, 96), b: random.whole(3, 28), c: 0 });

export const UNITS: readonly Phrasing[] = [
  ...phrasings(whole, ({ a }) => a * 60, "How many seconds pass while an egg boils for {a} minutes?"),
  ...phrasings(whole, ({ a }) => a * 1_000, "The path is {a} kilometres long. Put that in metres."),
  ...phrasings(
    whole,
    ({ a }) => a * 24,
    "A ship was at sea for {a} days and nights. Which number of hours is that?",
  ),
  ...phrasings(
    whole,
    ({ a }) => a * 12,
    "A bakery sold {a} dozen rolls. How many single rolls went over the counter?",
  ),
  ...phrasings(
    whole,
    ({ a, b }) => a * 60 + b,
    "A talk of {a} hours and {b} minutes: give its length in minutes.",
  ),
  ...phrasings(
    whole,
    ({ a }) => a / 2,
    "Cloth of {a} metres is cut right in the middle. How many metres is a half?",
  ),
];
