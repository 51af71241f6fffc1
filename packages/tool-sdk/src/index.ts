export type { CustomTool, CustomToolContext } from "./custom-tool.js";
export { defineTool, type ObjectTool, type SchemaTool, type TextTool } from "./define-tool.js";
export type { FromJsonSchema, JsonSchema } from "./json-schema.js";
export type { StandardSchema } from "./standard-schema.js";
