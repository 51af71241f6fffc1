// Asks questions as one batch, and gives the answers by the questions' ids. The recipes share it.
import { answerOf, BullpenClient, toChatParameters } from "@bullpen/client";

export const bullpen = new BullpenClient({
  url: process.env.BULLPEN_URL ?? "http://127.0.0.1:3000",
  apiKey: process.env.BULLPEN_API_KEY,
});

/**
 * @param {{ id: string, query: string }[]} questions with, as you like, further fields of `POST /v1/queries`.
 * @param {object} [options] `bullpen` of the batch: `votes`, `max_total_tokens`.
 */
export async function startBatch(questions, options = {}) {
  const lines = questions.map(({ id, ...question }) =>
    JSON.stringify({
      custom_id: id,
      method: "POST",
      url: "/v1/chat/completions",
      body: toChatParameters(question),
    }),
  );
  const file = await bullpen.files.upload(`${lines.join("\n")}\n`, { filename: "questions.jsonl" });
  return bullpen.batches.create({ input_file_id: file.id, bullpen: options });
}

/** Waits for the results. @returns {Promise<Map<string, { answer?: string, error?: string, votes?: object }>>} by ids. */
export async function answersOf(batchId) {
  const answers = new Map();
  for await (const result of bullpen.batches.results(batchId)) {
    const { response, error } = result;
    const failure = error ?? response?.body?.error;
    answers.set(result.custom_id, {
      answer: failure ? undefined : answerOf(result),
      error: failure ? `${failure.code}: ${failure.message}` : undefined,
      votes: response?.body?.bullpen?.votes,
    });
  }
  return answers;
}

export async function runBatch(questions, options) {
  return answersOf((await startBatch(questions, options)).id);
}
