import { z } from "zod";

/** Messages from a tool-worker to a host. */
export type ToHost =
  | { readonly type: "start"; readonly module: string; readonly settings: unknown }
  | { readonly type: "call"; readonly id: number; readonly call: unknown }
  /** The call is cancelled, or its time is up. */
  | { readonly type: "abort"; readonly id: number; readonly isLate: boolean }
  | { readonly type: "ping"; readonly id: number }
  /** The host closes its program and ends. */
  | { readonly type: "stop" };

/** Messages from a host to its tool-worker. The host runs foreign code, so its messages are validated. */
export const fromHostSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), info: z.unknown() }),
  /** The program cannot start. */
  z.object({ type: z.literal("fault"), reason: z.string() }),
  z.object({ type: z.literal("done"), id: z.number(), result: z.unknown() }),
  z.object({ type: z.literal("failed"), id: z.number(), reason: z.string() }),
  z.object({ type: z.literal("pong"), id: z.number() }),
  z.object({ type: z.literal("log"), level: z.enum(["debug", "info", "warn", "error"]), text: z.string() }),
  /** Information from the program between calls. */
  z.object({ type: z.literal("news"), news: z.unknown() }),
  /** The host takes no more calls and ends with the last active one. */
  z.object({ type: z.literal("worn"), reason: z.string() }),
]);
export type FromHost = z.output<typeof fromHostSchema>;
