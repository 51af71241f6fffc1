import { type CalculatorOptions, createCalculator } from "./calculator/calculator.js";
import { createSearchProvider, type SearchProviderOptions } from "./search/create-search-provider.js";
import { createSearchTool } from "./search/search-tool.js";
import type { Tool } from "./tool.js";

export interface ToolsOptions {
  readonly search: SearchProviderOptions;
  readonly calculator?: CalculatorOptions;
}

/** The tools of a tool-worker. Close each of them at the end. */
export function createTools({ search, calculator }: ToolsOptions): Tool[] {
  return [createCalculator(calculator), createSearchTool({ provider: createSearchProvider(search) })];
}
