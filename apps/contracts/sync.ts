import { z } from "zod";
import { notification, taskUpdate } from "./events.ts";
import { id, timestamp } from "./tasks.ts";

export { closeCodes, syncProtocol } from "./sync-protocol.ts";

/** A change of one of the user's tasks, under the sequence by which a client goes on after it. */
const taskChange = z.object({
  sequence: z.int().positive(),
  change: taskUpdate.shape.update_type,
  task: taskUpdate.shape.task,
});

export type TaskChange = z.infer<typeof taskChange>;

/** A page of a user's change feed, as backend answers `GET /changes`. */
export const changeFeed = z.object({
  changes: z.array(taskChange),
  /** The user's sequence at the time: with no more changes to come, what the page reaches up to. */
  sequence: z.int().nonnegative(),
  /** There are more changes than fit the page. */
  more: z.boolean(),
  /** What follows `after` is not kept any more, or `after` never was: begin anew. */
  resync: z.boolean(),
});

export type ChangeFeed = z.infer<typeof changeFeed>;

/** The present sequence of users, as backend answers `GET /changes/heads`; 0 has no entry. */
export const changeHeads = z.object({ heads: z.record(id, z.int().nonnegative()) });

/** How many users one such call may ask for. */
export const headsAtOnce = 100;

/**
 * What a client of `/ws?after=N` is told, each message a JSON text:
 * `change`: every change after N, once and in order, its sequence the next N;
 * `ready`: all that had happened until then was told; from here on changes come as they happen;
 * `resync`: read the tasks again, they reflect this sequence or a later one; the stream goes on
 * after it;
 * `notification`: for whom is connected at the time; seldom twice, so look at its id;
 * `pong`: the answer to a `ping`.
 */
export const serverMessage = z.discriminatedUnion("type", [
  taskChange.extend({ type: z.literal("change") }),
  z.object({ type: z.literal("ready"), sequence: z.int().nonnegative() }),
  z.object({ type: z.literal("resync"), sequence: z.int().nonnegative() }),
  z.object({
    type: z.literal("notification"),
    id,
    ...notification.pick({ reminder_id: true, kind: true, title: true, body: true }).shape,
    created_at: timestamp,
  }),
  z.object({ type: z.literal("pong") }),
]);

export type ServerMessage = z.infer<typeof serverMessage>;

/** What a client may say: that it is there. Browsers cannot send a ping of the protocol. */
export const clientMessage = z.strictObject({ type: z.literal("ping") });
