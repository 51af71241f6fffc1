export { findFault, findSchemaFault } from "./json-check.js";
