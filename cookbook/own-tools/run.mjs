// Asks about orders; the function that looks one up runs here, in this process: node run.mjs
import { bullpen, runBatch } from "../run-batch.mjs";

/** In place of your own system. */
const ORDERS = new Map([
  ["A-17", { status: "shipped", parcel: "TH 4471" }],
  ["A-18", { status: "waiting for stock" }],
]);

const orderStatus = {
  type: "function",
  function: {
    name: "order_status",
    description: "tells the status of an order",
    parameters: {
      type: "object",
      properties: { order: { type: "string", description: "the number of the order, such as A-17" } },
      required: ["order"],
    },
  },
};

let calls = 0;
const server = bullpen.serveTool(
  "order_status",
  ({ order }) => {
    calls++;
    return ORDERS.get(order) ?? `There is no order ${order}.`;
  },
  { concurrency: 4 },
);
const questions = ["A-17", "A-18", "A-99"].map((order) => ({
  id: order,
  query: `What is the status of order ${order}?`,
  tools: [orderStatus],
}));
for (const [id, { answer, error }] of await runBatch(questions)) console.log(`${id}: ${answer ?? error}`);
await server.stop();
console.log(`${calls} calls ran here`);
