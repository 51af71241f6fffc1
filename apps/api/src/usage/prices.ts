import { z } from "zod";

const priceSetting = z.coerce.number("must be a number").min(0, "must be at least 0").optional();

/** What tokens cost, for reports alone: nobody is charged. */
export const priceSettings = {
  PRICE_PER_MILLION_TOKENS: priceSetting.meta({
    description: "What a million tokens cost, for `cost` in batches, estimates and usage.",
    defaultText: "no cost is shown",
  }),
  PRICE_PER_MILLION_INPUT_TOKENS: priceSetting.meta({
    description: "The same for tokens that models read, where the price is another.",
    defaultText: "`PRICE_PER_MILLION_TOKENS`",
  }),
  PRICE_PER_MILLION_OUTPUT_TOKENS: priceSetting.meta({
    description: "The same for tokens that models write.",
    defaultText: "`PRICE_PER_MILLION_TOKENS`",
  }),
  PRICE_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/, "must be a code of three letters such as USD")
    .default("USD")
    .describe("The currency of prices and costs, as ISO 4217 names it."),
};

/** Prices of a million tokens. */
export interface Prices {
  readonly input: number;
  readonly output: number;
  readonly currency: string;
}

type PriceSettings = z.output<z.ZodObject<typeof priceSettings>>;

/** Refuses a price of one kind of tokens where the other has none. */
export function checkPrices(settings: PriceSettings, context: z.RefinementCtx): void {
  const { PRICE_PER_MILLION_TOKENS: all } = settings;
  for (const [given, other] of [
    ["PRICE_PER_MILLION_INPUT_TOKENS", "PRICE_PER_MILLION_OUTPUT_TOKENS"],
    ["PRICE_PER_MILLION_OUTPUT_TOKENS", "PRICE_PER_MILLION_INPUT_TOKENS"],
  ] as const) {
    if (settings[given] === undefined || settings[other] !== undefined || all !== undefined) continue;
    const message = `is needed where ${given} is set; or set PRICE_PER_MILLION_TOKENS`;
    context.addIssue({ code: "custom", path: [other], message });
  }
}

/** `undefined` where no price is set. */
export function pricesOf(settings: PriceSettings): Prices | undefined {
  const { PRICE_PER_MILLION_TOKENS: all, PRICE_CURRENCY: currency } = settings;
  const input = settings.PRICE_PER_MILLION_INPUT_TOKENS ?? all;
  const output = settings.PRICE_PER_MILLION_OUTPUT_TOKENS ?? all;
  return input === undefined || output === undefined ? undefined : { input, output, currency };
}

const MILLION = 1_000_000;

/** What tokens cost; `null` where no price is set. */
export function costOf(
  prices: Prices | undefined,
  usage: { readonly input_tokens: number; readonly output_tokens: number },
): { amount: number; currency: string } | null {
  if (!prices) return null;
  const amount = (usage.input_tokens * prices.input + usage.output_tokens * prices.output) / MILLION;
  return { amount: roundAmount(amount), currency: prices.currency };
}

/** To a millionth: a single token of a cheap model costs less than a cent. */
export function roundAmount(amount: number): number {
  return Math.round(amount * MILLION) / MILLION;
}
