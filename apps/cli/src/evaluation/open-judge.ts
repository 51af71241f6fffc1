import { setTimeout as sleep } from "node:timers/promises";
import { backoff, errorMessage, Semaphore } from "@bullpen/base";
import type { BullpenClient } from "@bullpen/client";
import { redactHead, splitCredentials } from "@bullpen/contracts";
import { JUDGE_INSTRUCTIONS, type Judge, judgePrompt, readVerdict } from "@bullpen/evaluation";
import { RefusedRedirectError } from "@bullpen/outbound";
import { z } from "zod";
import { readEnv } from "../env.js";
import type { Scoring } from "./run-folder.js";

/** Judgements at a time: enough to keep a server busy, few enough for the limits of public ones. */
const CONCURRENCY = 8;
/** Attempts while the judge is too busy or away: with their pauses about half a minute. */
const ATTEMPTS = 6;
/** How long one judgement may take, in milliseconds. */
const TIMEOUT_MS = 180_000;
/** A verdict is short. */
const MAX_ANSWER_BYTES = 4_000_000;
const pauseAfter = backoff({ firstMs: 1_000, maxMs: 10_000, jitter: 0.5 });

interface Message {
  readonly role: "system" | "user";
  readonly content: string;
}

/** Asks the judge's model. @throws {Error} that says why there is no reply. */
type Ask = (messages: readonly Message[]) => Promise<string>;

/** The judge that options name: a model of this Bullpen, or one of an OpenAI-compatible server. */
export function openJudge(
  named: Scoring["judge"],
  client: BullpenClient,
  signal: AbortSignal,
): Judge | undefined {
  if (!named) return undefined;
  const { model, url } = named;
  const ask = url === undefined ? askBullpen(client, model) : askServer(url, model ?? "", signal);
  const slots = new Semaphore(CONCURRENCY);
  return async (evaluated, answer) => {
    const prompt = judgePrompt(evaluated, answer);
    const messages = [
      { role: "system", content: JUDGE_INSTRUCTIONS },
      { role: "user", content: prompt },
    ] as const;
    const base = { model: model ?? "default", prompt };
    const release = await slots.acquire();
    try {
      const reply = await ask(messages);
      const verdict = readVerdict(reply);
      if (verdict === undefined) return { ...base, reply, verdict: null, error: "The reply has no verdict." };
      return { ...base, reply, verdict: verdict ? "correct" : "incorrect", error: null };
    } catch (error) {
      signal.throwIfAborted();
      return { ...base, reply: null, verdict: null, error: errorMessage(error) };
    } finally {
      release();
    }
  };
}

function askBullpen(client: BullpenClient, model: string | undefined): Ask {
  return async (messages) => {
    const completion = await client.chat.complete({
      ...(model !== undefined && { model }),
      messages: [...messages],
      temperature: 0,
      seed: 0,
      bullpen: { tools: [] },
    });
    // Null only where the caller's own tools are called: the judge has none.
    return completion.choices[0].message.content ?? "";
  };
}

const replySchema = z.looseObject({
  choices: z.array(z.looseObject({ message: z.looseObject({ content: z.string() }) })).min(1),
});

function askServer(url: string, model: string, signal: AbortSignal): Ask {
  const key = readEnv().JUDGE_API_KEY;
  const { url: base, authorization } = splitCredentials(url);
  const address = `${base.endsWith("/") ? base.slice(0, -1) : base}/chat/completions`;
  const headers = {
    "content-type": "application/json",
    ...(authorization !== undefined && { authorization }),
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  };
  const http = openHttp();
  return async (messages) => {
    const { client, readText } = await http;
    const body = JSON.stringify({ model, messages, temperature: 0 });
    for (let attempt = 1; ; attempt++) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
      try {
        const response = await client.request(address, {
          method: "POST",
          headers,
          body,
          redirects: "same-origin",
          signal: limit,
        });
        const text = await readText(response.body, MAX_ANSWER_BYTES);
        if (response.status >= 200 && response.status < 300)
          return replySchema.parse(JSON.parse(text)).choices[0]?.message.content ?? "";
        if (!isPassing(response.status) || attempt === ATTEMPTS) {
          throw new RefusedError(`The judge answered ${response.status}: ${redactHead(text, 300)}`);
        }
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof RefusedError) throw error;
        if (error instanceof RefusedRedirectError)
          throw new RefusedError(`The judge cannot be asked: ${error.message}.`);
        if (attempt === ATTEMPTS) throw new Error(`The judge cannot be asked: ${errorMessage(error)}`);
      }
      await sleep(pauseAfter(attempt), undefined, { signal });
    }
  };
}

/** Loaded where a judge is asked: the command line reads this module for every command. */
async function openHttp() {
  const { HttpClient, readText } = await import("@bullpen/outbound/client");
  return { client: new HttpClient({ keepAlive: false }), readText };
}

/** What another attempt does not change. */
class RefusedError extends Error {}

function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}
