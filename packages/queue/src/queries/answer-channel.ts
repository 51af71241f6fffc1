import type { Redis } from "@bullpen/redis";
import { ChannelListener, KEY_PREFIX, readRecord } from "@bullpen/redis/commands";
import { z } from "zod";
import { endedChannel } from "../transcripts/transcript-scripts.js";

const pieceSchema = z.object({
  piece: z.string(),
  /** Characters of the answer before this piece. When it falls, the answer starts again from there. */
  offset: z.int(),
});
export type AnswerPiece = z.infer<typeof pieceSchema>;

/** Publishes a piece of an answer. Messages can be lost: the answer at the query's end counts. */
export function publishAnswer(redis: Redis, queryId: string, piece: AnswerPiece): void {
  redis.publish(channelOf(queryId), JSON.stringify(piece)).catch(() => {}); // Redis is away: the end has the whole answer
}

/** Tells who waits for a query that it has gone on. Messages can be lost: whoever waits also reads now and then. */
export function announceProgress(redis: Redis, queryId: string): void {
  redis.publish(endedChannel(queryId), "").catch(() => {}); // Redis is away: the next read shows it
}

/** Receives answers while they are written. */
export class AnswerListener {
  readonly #listener: ChannelListener;

  private constructor(listener: ChannelListener) {
    this.#listener = listener;
  }

  static async open(redis: Redis): Promise<AnswerListener> {
    return new AnswerListener(await ChannelListener.open(redis));
  }

  /** Calls `onPiece` for every piece from now on, until the returned function is called. */
  async listen(queryId: string, onPiece: (piece: AnswerPiece) => void): Promise<() => Promise<void>> {
    return this.#listener.listen(channelOf(queryId), (message) => {
      const piece = readRecord(pieceSchema, message);
      if (piece) onPiece(piece);
    });
  }

  async close(): Promise<void> {
    await this.#listener.close();
  }
}

function channelOf(queryId: string): string {
  return `${KEY_PREFIX}:answer:${queryId}`;
}
