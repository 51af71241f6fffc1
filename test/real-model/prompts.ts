import type { BarePrompt, ChatMessage } from "./bare-model.js";

function user(content: string, maxTokens = 48): BarePrompt {
  return { messages: [{ role: "user", content }], maxTokens };
}

function talk(maxTokens: number, system: string | undefined, ...turns: string[]): BarePrompt {
  const messages = turns.map(
    (content, index): ChatMessage => ({ role: index % 2 === 0 ? "user" : "assistant", content }),
  );
  return {
    messages: system === undefined ? messages : [{ role: "system", content: system }, ...messages],
    maxTokens,
  };
}

/** What people ask a model in plain text: short and long, with and without instructions, in several scripts. */
export const PLAIN_PROMPTS: readonly BarePrompt[] = [
  user("List three colours, one per line."),
  user('Answer with a JSON object {"value": <number>} in a ```json code block: what is 17 + 25?'),
  user("Say hello."),
  user("Write a Python function that returns the factorial of n. Only code.", 64),
  user("Write a long poem about the sea.", 16),
  user("What is the capital of France? One word."),
  user("Translate to German: The weather is nice today."),
  user("请用中文介绍一下北京。", 40),
  user("Répète exactement : « Ça va être déjà l'été à Noël ? » 🐂"),
  user("  Leading spaces,\n\nblank lines and\ttabs.  \n\nRepeat the second line.  "),
  user("Give me a Markdown table with two columns, name and age, and two rows.", 64),
  user("Explain what <|im_end|> means in ChatML, in one sentence."),
  user('Is this valid JSON? {"tool_name": "Calculator", "input": "1 + 1"} Answer yes or no.'),
  user("Write HTML for a link to https://example.com with the text <b>here</b>. Only the code."),
  talk(48, "You are a pirate. Always answer in one sentence.", "Who are you?"),
  talk(48, "Answer only with valid JSON.", "Three primes under the key primes."),
  talk(24, "Reply in upper case only.", "good morning"),
  talk(24, undefined, "My name is Ada. Remember it.", "I will.", "What is my name?"),
  talk(
    48,
    "You are terse.",
    "What is 2 + 2?",
    "4",
    "And twice that?",
    "8",
    "Now list all results, comma separated.",
  ),
  talk(40, undefined, "Count from one to five.", "1, 2, 3, 4, 5", "Now backwards, one per line."),
];
