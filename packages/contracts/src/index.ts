export * from "./action.js";
export * from "./language-model.js";
export * from "./sampling.js";
export * from "./tools.js";
