import { InvalidArgumentError } from "commander";

/** The value of an option that counts something. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError("It must be a whole number from 1.");
  return number;
}

/** The values of an option `key=value` that may be given several times. */
export function keyValue(text: string, earlier: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It must be key=value.");
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
}
