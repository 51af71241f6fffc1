// Continues prompts with the demo model as the workers do: node-llama-cpp, temperature 0.1,
// top_p 0.15, repetition penalty 1.1 over the last 64 tokens of prompt and completion.
// Usage: node complete.mjs <model.gguf> < prompts.jsonl; a prompt is a list of segments, the first
// of which begins with the instructions. Writes one JSON string, the completion, a line.
import { createInterface } from "node:readline";
import { getLlama } from "node-llama-cpp";

const SLOTS = 8;
const CONTEXT_TOKENS = 1536;
const MAX_TOKENS = 400;

const llama = await getLlama({ gpu: false, logLevel: "error" });
const model = await llama.loadModel({ modelPath: process.argv[2] });
const context = await model.createContext({
  sequences: SLOTS,
  contextSize: CONTEXT_TOKENS,
  threads: 1,
  flashAttention: false,
});

// SentencePiece puts a space before a text; only the first segment is meant to have it.
const newline = model.tokenize("\n", false);
const bare = (text) => model.tokenize(`\n${text}`, false).slice(newline.length);
const tokenize = ([first, ...rest]) => [
  model.tokens.bos,
  ...model.tokenize(first, false),
  ...rest.flatMap(bare),
];

async function complete(sequence, segments) {
  const prompt = tokenize(segments);
  if (prompt.length + MAX_TOKENS > CONTEXT_TOKENS) return "";
  const written = [];
  const punishTokens = () => [...prompt, ...written].slice(-64);
  await sequence.adaptStateToTokens(prompt.slice(0, -1), false);
  const options = {
    temperature: 0.1,
    topP: 0.15,
    topK: 64,
    repeatPenalty: { punishTokens, maxPunishTokens: 64, penalty: 1.1 },
  };
  const ahead = prompt.slice(sequence.nextTokenIndex);
  for await (const token of sequence.evaluate(ahead, options)) {
    written.push(token);
    if (written.length === MAX_TOKENS) break;
  }
  return model.detokenize(written, false, prompt.slice(-8));
}

const prompts = [];
for await (const line of createInterface({ input: process.stdin })) prompts.push(JSON.parse(line));

const completions = new Array(prompts.length);
let next = 0;
async function work(sequence) {
  while (next < prompts.length) {
    const at = next++;
    completions[at] = await complete(sequence, prompts[at]);
  }
}
await Promise.all(Array.from({ length: SLOTS }, () => work(context.getSequence())));
for (const completion of completions) console.log(JSON.stringify(completion));
await llama.dispose();
