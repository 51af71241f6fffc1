import { z } from "zod";

/** What a tool-worker tells a host. */
export type ToHost =
  | { readonly type: "start"; readonly module: string; readonly settings: unknown }
  | { readonly type: "call"; readonly id: number; readonly call: unknown }
  /** The call is cancelled, or its time is up. */
  | { readonly type: "abort"; readonly id: number; readonly isLate: boolean }
  | { readonly type: "ping"; readonly id: number }
  /** It closes what its program holds and ends. */
  | { readonly type: "stop" };

/** What a host tells its tool-worker. It runs others' code, so what comes from it is read with care. */
export const fromHostSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), info: z.unknown() }),
  /** It cannot start. */
  z.object({ type: z.literal("fault"), reason: z.string() }),
  z.object({ type: z.literal("done"), id: z.number(), result: z.unknown() }),
  z.object({ type: z.literal("failed"), id: z.number(), reason: z.string() }),
  z.object({ type: z.literal("pong"), id: z.number() }),
  z.object({ type: z.literal("log"), level: z.enum(["debug", "info", "warn", "error"]), text: z.string() }),
  /** What the program wants its parent to know between calls. */
  z.object({ type: z.literal("news"), news: z.unknown() }),
  /** It is of no more use: it ends with the last of its calls. */
  z.object({ type: z.literal("worn"), reason: z.string() }),
]);
export type FromHost = z.output<typeof fromHostSchema>;
