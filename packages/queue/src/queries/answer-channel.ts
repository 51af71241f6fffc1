import type { Redis } from "@bullpen/redis";
import { ChannelListener, KEY_PREFIX, readRecord } from "@bullpen/redis/commands";
import { z } from "zod";

const pieceSchema = z.object({
  piece: z.string(),
  /** Characters of the answer before this piece. A smaller one than before begins the answer anew. */
  offset: z.int(),
});
export type AnswerPiece = z.infer<typeof pieceSchema>;

/** Sends a piece of an answer to whoever listens. Lossy: what counts is the answer at the query's end. */
export function publishAnswer(redis: Redis, queryId: string, piece: AnswerPiece): void {
  redis.publish(channelOf(queryId), JSON.stringify(piece)).catch(() => {}); // Redis is away: the end will do
}

/** Listens to answers while they are written. */
export class AnswerListener {
  readonly #listener: ChannelListener;

  private constructor(listener: ChannelListener) {
    this.#listener = listener;
  }

  static async open(redis: Redis): Promise<AnswerListener> {
    return new AnswerListener(await ChannelListener.open(redis));
  }

  /** Calls `onPiece` for every piece from now on; the function returned ends that. */
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
