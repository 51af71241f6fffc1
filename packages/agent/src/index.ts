export * from "./instructions.js";
