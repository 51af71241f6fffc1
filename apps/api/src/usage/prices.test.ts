import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { checkPrices, costOf, priceSettings, pricesOf } from "./prices.js";

const schema = z.object(priceSettings).superRefine(checkPrices);

test("tokens cost what their kind costs, in millions", () => {
  const one = pricesOf(schema.parse({ PRICE_PER_MILLION_TOKENS: "0.5" }));
  assert.deepEqual(costOf(one, { input_tokens: 3_000_000, output_tokens: 1_000_000 }), {
    amount: 2,
    currency: "USD",
  });
  const two = pricesOf(
    schema.parse({
      PRICE_PER_MILLION_TOKENS: "1",
      PRICE_PER_MILLION_OUTPUT_TOKENS: "4",
      PRICE_CURRENCY: "EUR",
    }),
  );
  assert.deepEqual(costOf(two, { input_tokens: 1_000_000, output_tokens: 500_000 }), {
    amount: 3,
    currency: "EUR",
  });
  assert.deepEqual(costOf(one, { input_tokens: 3, output_tokens: 0 }), { amount: 0.000002, currency: "USD" });
});

test("without a price there is no cost, and a price of nothing costs nothing", () => {
  assert.equal(costOf(pricesOf(schema.parse({})), { input_tokens: 1, output_tokens: 1 }), null);
  const free = pricesOf(schema.parse({ PRICE_PER_MILLION_TOKENS: "0" }));
  assert.deepEqual(costOf(free, { input_tokens: 1, output_tokens: 1 }), { amount: 0, currency: "USD" });
});

test("a price of one kind of tokens alone is refused by the other's name", () => {
  const { error } = schema.safeParse({ PRICE_PER_MILLION_INPUT_TOKENS: "1" });
  assert.deepEqual(
    error?.issues.map(({ path }) => path),
    [["PRICE_PER_MILLION_OUTPUT_TOKENS"]],
  );
  assert.ok(schema.safeParse({ PRICE_PER_MILLION_INPUT_TOKENS: "-1" }).error);
});
