// A process of Bullpen's kind that does what a test tells it: `POST /<what>` holds up its event loop.
import { createServer } from "node:http";
import { commonSettings, listen, parseEnv, runProcess } from "@bullpen/runtime";
import { z } from "zod";

const WAYS: Readonly<Record<string, () => void>> = {
  "/endless-loop": () => {
    for (;;);
  },
  // Quadratic and worse: V8 is in the middle of one call for longer than anybody waits.
  "/regular-expression": () => void /^(a+)+$/.test(`${"a".repeat(60)}!`),
  "/wait-in-native-code": () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  "/exit": () => process.exit(3),
  "/warn-and-exit": () => {
    process.emitWarning("nothing that ends a process");
    setTimeout(() => process.exit(3), 50);
  },
};

const readEnv = () => parseEnv(z.object(commonSettings), process.env);

await runProcess({
  app: "steerable",
  readEnv,
  start: async (env) => {
    const server = createServer((request, response) => {
      response.end();
      setTimeout(() => WAYS[request.url ?? ""]?.(), 20); // the answer is on its way by then
    });
    return { url: await listen(server, env.HOST, 0, "PORT"), stop: () => new Promise(() => {}) };
  },
});
