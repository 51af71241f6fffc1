import { type ListedTool, readListedTool } from "./listed-tool.js";

/** Maximum number of tools of one server, each of which has a queue of its own and a place in every listing. */
const MAX_TOOLS = 500;
/** A server whose cursors never end is read no further. */
const MAX_PAGES = 50;

export interface ToolListingOptions {
  /** The tools to offer, by name. Default: all. */
  readonly wanted: readonly string[] | undefined;
  /** Called once for each text. */
  readonly onWarning: (text: string) => void;
}

/** Reads the listings of one server page by page, within limits. Tools that are left out are reported by name. */
export class ToolListing {
  readonly #options: ToolListingOptions;
  readonly #told = new Set<string>();
  #tools = new Map<string, ListedTool>();
  #pages = 0;
  #seen = 0;

  constructor(options: ToolListingOptions) {
    this.#options = options;
  }

  /** The tools of the current listing, since its first page. */
  get tools(): ListedTool[] {
    return [...this.#tools.values()];
  }

  /** Reads a page. `isLast` if no further page is read. */
  readPage(values: readonly unknown[], isFirst: boolean): { tools: ListedTool[]; isLast: boolean } {
    if (isFirst) {
      this.#tools = new Map();
      this.#pages = 0;
      this.#seen = 0;
    }
    this.#pages++;
    const before = this.#tools.size;
    for (const value of values) this.#readTool(value);
    const isLast = this.#pages >= MAX_PAGES || this.#tools.size >= MAX_TOOLS;
    if (this.#pages >= MAX_PAGES)
      this.#warn(`its listing has more than ${MAX_PAGES} pages; the rest is left out`);
    return { tools: this.tools.slice(before), isLast };
  }

  #readTool(value: unknown): void {
    const { wanted } = this.#options;
    const read = readListedTool(value, ++this.#seen);
    const name = "tool" in read ? read.tool.name : read.name;
    if (wanted && !wanted.includes(name)) return;
    const fault = "fault" in read ? read.fault : this.#faultOf(read.tool);
    if (fault !== undefined) this.#warn(`the tool ${JSON.stringify(name)} is left out: ${fault}`);
    else if ("tool" in read) this.#tools.set(name, read.tool);
  }

  #faultOf({ name }: ListedTool): string | undefined {
    if (this.#tools.has(name)) return "the server lists another of this name before it";
    if (this.#tools.size < MAX_TOOLS) return undefined;
    return `the server lists more than ${MAX_TOOLS}. Name those to offer under bullpen.tools`;
  }

  #warn(text: string): void {
    const short = text.length > 500 ? `${text.slice(0, 500)}…` : text;
    // The log stays readable, whatever a server lists and however often.
    if (this.#told.has(short) || this.#told.size >= 100) return;
    this.#told.add(short);
    this.#options.onWarning(short);
  }
}
