import type { Database } from "#apps/kit/database/connect.ts";
import { laneOf } from "#apps/kit/events/outbox.ts";
import { type Answer, answerOnce, type KeyedRequest, type Work } from "./idempotency.ts";

export type MakeChangeDeps = {
  readonly database: Database;
  /** Called after a commit, with the lane whose outbox has grown. */
  readonly wake: (lane: number) => void;
};

/**
 * Makes a change of a user's tasks, whoever asks for it: once for a key, in a transaction, and the
 * relay is woken after its commit.
 */
export const createMakeChange =
  ({ database, wake }: MakeChangeDeps) =>
  async (
    request: KeyedRequest,
    work: Work,
    alone?: () => Promise<Answer>,
  ): Promise<Answer & { readonly replayed: boolean }> => {
    const given = await answerOnce(database, request, work, alone);
    if (!given.replayed) wake(laneOf(request.userId));
    return given;
  };

export type MakeChange = ReturnType<typeof createMakeChange>;
