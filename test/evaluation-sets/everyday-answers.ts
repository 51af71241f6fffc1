/** What the answers of evaluation/everyday.jsonl are, computed. */
export const COMPUTED: Readonly<Record<string, () => string | number>> = {
  tip: () => 64 * 0.15,
  "split-rent": () => 1470 / 3,
  sale: () => 129.9 * 0.7,
  vat: () => 840 * 1.19,
  savings: () => 75 * 30,
  interest: () => Math.round(2000 * 1.03 ** 5 * 100) / 100,
  hourly: () => 23.5 * 37.5,
  "per-kilo": () => 4.2 * 4,
  change: () => 20 - 3 * 2.35,
  exchange: () => 350 * 1.08,
  loan: () => 9600 / 400,
  subscription: () => Math.round((12 * 8.99 - 89) * 100) / 100,
  train: () => 13 * 60 + 22 - (8 * 60 + 47),
  speed: () => 282 / 3,
  fuel: () => 6.2 * 4.5,
  "fuel-cost": () => (620 / 100) * 7 * 1.75,
  miles: () => Math.round(26.2 * 1.609344 * 10) / 10,
  flight: () =>
    (() => {
      const m = (22 * 60 + 15 + 590) % 1440;
      return `${String(Math.floor(m / 60)).padStart(2, "0")}:${String(m % 60).padStart(2, "0")}`;
    })(),
  seats: () => Math.ceil(312 / 49),
  parking: () => 2.5 + 5 * 1.8,
  walk: () => (3.5 / 5) * 60,
  steps: () => 2800 / 0.7,
  recipe: () => (300 / 4) * 10,
  oven: () => ((392 - 32) * 5) / 9,
  eggs: () => Math.ceil(34 / 10),
  pizza: () => 5 * 8 - 33,
  juice: () => 2000 / 8,
  roast: () => 25 * 4 + 20,
  tins: () => 1.5 * 30,
  tea: () => 150 / 2.5,
  paint: () => (6 * 2.5 * 2) / 8,
  carpet: () => 4.5 * 3.2,
  fence: () => 2 * (18 + 12),
  tiles: () => (3 / 0.25) * (2 / 0.25),
  power: () => 1.5 * 4 * 30,
  electricity: () => 210 * 0.32,
  bath: () => (140 / 12) * 60,
  shelf: () => Math.floor(240 / 35),
  pool: () => Math.round(Math.PI * 1.5 ** 2 * 0.8 * 1000),
  wallpaper: () => Math.ceil(42 / 5.3),
  age: () => 2026 - 1988 - 1,
  weekday: () =>
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"][
      new Date(Date.UTC(1969, 6, 20)).getUTCDay()
    ] ?? "",
  "days-between": () => (Date.UTC(2027, 6, 1) - Date.UTC(2027, 1, 14)) / 864e5,
  leap: () => (Date.UTC(2001, 0, 1) - Date.UTC(2000, 0, 1)) / 864e5,
  "in-100-days": () =>
    new Date(Date.UTC(2027, 0, 101)).toLocaleString("en-GB", {
      day: "numeric",
      month: "long",
      timeZone: "UTC",
    }),
  weeks: () => 217 / 7,
  sleep: () => (6 * 60 + 50 + 1440 - (23 * 60 + 20)) / 60,
  meeting: () => `${String(14 - 6).padStart(2, "0")}:40`,
  "seconds-day": () => 7 * 24 * 60 * 60,
  century: () => 2026 - 1874,
  average: () => (2 + 1 + 3 + 2 + 2 + 5) / 6,
  percentage: () => (34 / 40) * 100,
  median: () => [14, 3, 27, 9, 11].sort((a, b) => a - b)[2] ?? 0,
  prime: () =>
    (() => {
      let n = 99;
      while (Array.from({ length: n - 2 }, (_, i) => i + 2).some((d) => n % d === 0)) n--;
      return n;
    })(),
  hypotenuse: () => Math.hypot(20, 21),
  binary: () => (181).toString(2),
  factorial: () => 7 * 6 * 5 * 4 * 3 * 2,
  handshakes: () => (12 * 11) / 2,
  letters: () => "Mississippi".length,
  gcd: () =>
    (() => {
      let [a, b] = [252, 198];
      while (b) [a, b] = [b, a % b];
      return a;
    })(),
};
