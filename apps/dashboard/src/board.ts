import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { withTimeout } from "@bullpen/base";
import type { BoardQueues } from "@bullpen/queue";
import type { RequestHandler } from "express";
import { describeQueue } from "./describe-queue.js";
import { OfflineExpressAdapter } from "./offline-express-adapter.js";

/** The path of bull-board. Bookmarks of jobs begin with it. */
export const BOARD_PATH = "/queues";

/** Every open page reads all counts this often; a forced value cannot be lowered from the page. */
const POLL_SECONDS = 5;

/** A Redis that is connected but does not answer counts as away after this. */
const REDIS_TIMEOUT_MS = 2_000;

type BoardQueue = Awaited<ReturnType<BoardQueues["list"]>>[number];

export interface BoardOptions {
  /** All queues that exist now; the same object for the same queue on every call. */
  readonly listQueues: () => Promise<BoardQueue[]>;
  readonly readOnly: boolean;
  /** What comes before {@link BOARD_PATH} in the browser: nothing, or a path such as `/ops`. */
  readonly basePath: string;
}

/** bull-board with all queues, including those of models that appear later. */
export class Board {
  readonly router: RequestHandler;
  readonly #options: BoardOptions;
  readonly #adapters = new Map<BoardQueue, BullMQAdapter>();
  readonly #replaceQueues: (queues: readonly BullMQAdapter[]) => void;

  constructor(options: BoardOptions) {
    this.#options = options;
    const server = new OfflineExpressAdapter().setBasePath(options.basePath + BOARD_PATH);
    const { replaceQueues } = createBullBoard({
      queues: [],
      serverAdapter: server,
      options: {
        uiConfig: {
          boardTitle: "Bullpen",
          pollingInterval: { forceInterval: POLL_SECONDS, showSetting: false },
          // Each poll would otherwise run CLIENT LIST once a queue, which walks all connections of Redis.
          showWorkers: false,
          hideDocsLink: true,
          miscLinks: [{ text: "Bullpen console", url: `${options.basePath}/` }],
          // The lines of the flow tree have this colour; the default can hardly be seen.
          theme: { light: { border: "#c3cbd5" }, dark: { border: "#465263" } },
        },
      },
    });
    this.#replaceQueues = replaceQueues;
    this.router = server.getRouter();
  }

  /**
   * Updates the board's list of queues. Runs before every request: one small read, which also tells whether Redis
   * answers.
   *
   * @throws {Error} while Redis is away, at the latest after {@link REDIS_TIMEOUT_MS}.
   */
  async refresh(): Promise<void> {
    const queues = await withTimeout(this.#options.listQueues(), REDIS_TIMEOUT_MS, "Redis does not answer.");
    this.#replaceQueues(queues.map((queue) => this.#adapterOf(queue)));
  }

  #adapterOf(queue: BoardQueue): BullMQAdapter {
    let adapter = this.#adapters.get(queue);
    if (!adapter) {
      const { readOnly, basePath } = this.#options;
      const { description, pathOf } = describeQueue(queue.name);
      adapter = new BullMQAdapter(queue, {
        readOnlyMode: readOnly,
        allowRetries: !readOnly,
        description,
        externalJobUrl: ({ id }) => ({
          href: `${basePath}${pathOf(String(id))}`,
          displayText: "Open in the console",
        }),
      });
      this.#adapters.set(queue, adapter);
    }
    return adapter;
  }
}
