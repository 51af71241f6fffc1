const SMALL =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** What a word after a number multiplies it by. */
export const SCALES: Readonly<Record<string, number>> = {
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
};

/** Numbers that are spelled out in English, in their order: `forty-two`, `three hundred and five`. */
export function readNumberWords(text: string): number[] {
  const found: number[] = [];
  let [total, group, isOpen] = [0, 0, false];
  const close = () => {
    if (isOpen) found.push(total + group);
    [total, group, isOpen] = [0, 0, false];
  };
  for (const word of text.toLowerCase().split(/[^a-z]/)) {
    const small = SMALL.indexOf(word);
    const tens = TENS.indexOf(word);
    if (small >= 0) {
      // "two three" are two numbers, "twenty three" is one.
      if (isOpen && (group % 10 !== 0 || (group % 100 !== 0 && small > 9))) close();
      group += small;
    } else if (tens >= 0) {
      if (isOpen && group % 100 !== 0) close();
      group += (tens + 2) * 10;
    } else if (word === "hundred" && isOpen) group *= 100;
    else if (word in SCALES && isOpen) {
      total += group * (SCALES[word] ?? 1);
      group = 0;
    } else {
      if (word !== "and" && word !== "") close();
      continue;
    }
    isOpen = true;
  }
  close();
  return found;
}
