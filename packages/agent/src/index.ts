export * from "./build-messages.js";
export * from "./instructions.js";
export * from "./next-move.js";
export * from "./parse-action.js";
export * from "./run-agent.js";
export * from "./summarize.js";
