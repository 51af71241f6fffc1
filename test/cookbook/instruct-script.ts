import { FINAL_ANSWER } from "@bullpen/contracts";
import type { ChatRequest, Said } from "../testing/model-server-request.js";

/** Says what an instruct model says to the recipes: which tool to call, or the answer that follows from what it read. */
export function answerAsInstructModel({ messages }: ChatRequest): Said {
  const asked = messages.findLast(
    ({ role, content }) => role === "user" && !content.startsWith("Observation"),
  );
  const text = messages.map(({ content }) => content).join("\n");
  return { content: replyTo(asked?.content ?? "", text) };
}

function replyTo(question: string, text: string): string {
  const pair = /Write question (\d+) of \d+ about (\w+)/.exec(text);
  if (pair)
    return JSON.stringify({ question: `Question ${pair[1]} about ${pair[2]}?`, answer: `It is ${pair[1]}.` });
  if (text.includes("You read e-mails to a shop")) return JSON.stringify(readEmail(text));
  if (text.includes("spent the most"))
    return askDatabase(text, BEST, "4100", "Pellworth Instruments has spent the most, 4100 euros.");
  if (text.includes("How many orders")) return askDatabase(text, COUNT, "'n': 4", "There are 4 orders.");
  const order = /status of order (\S+)\?/.exec(text)?.[1] ?? question;
  return askAboutOrder(text, order);
}

const BEST = "SELECT customer, SUM(euros) AS total FROM orders GROUP BY customer ORDER BY total DESC LIMIT 1";
const COUNT = "SELECT COUNT(*) AS n FROM orders";

/** Queries, and answers once the server's own result is there. */
function askDatabase(text: string, query: string, result: string, answer: string): string {
  return text.includes(result) ? action(FINAL_ANSWER, answer) : action("shop.read_query", { query });
}

function askAboutOrder(text: string, order: string): string {
  if (text.includes("There is no order")) return action(FINAL_ANSWER, `There is no order ${order}.`);
  const [, parcel] = /"?parcel"?: ?"([^"]+)"/.exec(text) ?? [];
  if (parcel) return action(FINAL_ANSWER, `Order ${order} is shipped with parcel ${parcel}.`);
  if (text.includes("waiting for stock")) return action(FINAL_ANSWER, `Order ${order} is waiting for stock.`);
  return action("order_status", { order });
}

function readEmail(text: string) {
  const [, company = null] = /(?:of|at) ([A-Z]\w+ [A-Z]\w+)(?:\.| need)/.exec(text) ?? [];
  const [, quantity, item = null] = /(?:us|need) (\d+) ([a-z ]+?) (?:by|until)/.exec(text) ?? [];
  const [due = null] = /\d{4}-\d{2}-\d{2}/.exec(text) ?? [];
  return {
    is_order: item !== null,
    company,
    item,
    quantity: quantity === undefined ? null : Number(quantity),
    due,
  };
}

function action(tool: string, input: string | object): string {
  return JSON.stringify({ tool_name: tool, input });
}
