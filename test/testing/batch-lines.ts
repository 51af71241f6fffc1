/** A line of a batch's input file that asks one question. */
export function batchLine(customId: string, content: string, body: object = {}): string {
  return JSON.stringify({
    custom_id: customId,
    method: "POST",
    url: "/v1/chat/completions",
    body: { model: "scripted", messages: [{ role: "user", content }], ...body },
  });
}

/** The objects of a JSONL text. */
export function parseJsonl<T>(text: string): T[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T); // the test says what it expects to find
}

/** A result line as the original has it, and what Bullpen adds. */
export interface ResultLine {
  readonly id: string;
  readonly custom_id: string;
  readonly response: {
    readonly status_code: number;
    readonly request_id: string;
    readonly body: {
      readonly choices?: readonly { readonly message: { readonly content: string } }[];
      readonly error?: { readonly code: string; readonly message: string; readonly param: string | null };
      readonly bullpen?: { readonly steps: readonly { tool_name: string }[]; readonly turns: number };
    };
  } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export function answerOf(line: ResultLine): string | undefined {
  return line.response?.body.choices?.[0]?.message.content;
}
