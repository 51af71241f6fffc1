import { z } from "zod";

const BUILDS = [
  "sound",
  "forgets-turns",
  "no-write-ahead",
  "overwrites-turns",
  "random-tool-ids",
  "holds-the-slot",
  "mixes-up-queries",
] as const;
/** `sound` is the product as it is; the others are broken on purpose. */
export type Build = (typeof BUILDS)[number];

const armedFaultSchema = z.object({
  boundary: z.string(),
  action: z.enum(["kill", "stop"]),
  crossings: z.int().min(1),
});

/** What a process of the suite is started with: one JSON value in the environment. */
const settingsSchema = z.object({
  redisUrl: z.string(),
  historyFolder: z.string(),
  model: z.string(),
  slots: z.int(),
  /** Shortest and longest time of one turn, and of one tool call. */
  modelMs: z.tuple([z.number(), z.number()]),
  toolMs: z.tuple([z.number(), z.number()]),
  /** Lock and stalled check of the queues, in milliseconds. */
  times: z.object({ lockMs: z.number(), stalledCheckMs: z.number() }),
  /** Grace of a SIGTERM. */
  graceMs: z.number(),
  build: z.enum(BUILDS),
  armedFault: armedFaultSchema.optional(),
});
export type Settings = z.infer<typeof settingsSchema>;

export const SETTINGS_VARIABLE = "BULLPEN_FAULT_SETTINGS";

export function readSettings(): Settings {
  return settingsSchema.parse(JSON.parse(process.env[SETTINGS_VARIABLE] ?? "{}"));
}

/** How long the event loop of a process of the suite may be blocked. Nothing here takes a second on purpose. */
export const WATCHDOG_SECONDS = 8;

/** What the test tells a running process. */
export const orderSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("spin") }),
  z.object({ type: z.literal("ping") }),
  z.object({ type: z.literal("arm"), armedFault: armedFaultSchema.optional() }),
  z.object({ type: z.literal("clock"), skewMs: z.number() }),
]);
export type Order = z.infer<typeof orderSchema>;

/** What a process tells the test. */
export const reportSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), url: z.string().optional() }),
  z.object({ type: z.literal("clock"), now: z.number() }),
  z.object({ type: z.literal("pong") }),
]);
export type Report = z.infer<typeof reportSchema>;
