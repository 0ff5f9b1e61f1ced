import { uuidv7 } from "uuidv7";
import type { services } from "#apps/contracts/services.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import type { Outbox } from "#apps/kit/events/outbox.ts";
import { mails, notifications } from "./schema.ts";
import { htmlOf, subjectOf, type Text } from "./text.ts";

export type Notice = {
  readonly userId: string;
  readonly reminderId: string | null;
  readonly kind: "reminder" | "welcome";
  readonly text: Text;
  /** W3C traceparent of what caused it. */
  readonly traceparent: string;
};

/**
 * Tells a user of something, in the transaction of the event that says so: the notification, its
 * event for the application, and its mail. A reminder that was told of before changes nothing.
 */
export async function notify(
  tx: Database,
  outbox: Outbox<(typeof services)["notification"]>,
  { userId, reminderId, kind, text, traceparent }: Notice,
): Promise<void> {
  const id = uuidv7();
  const createdAt = new Date();
  const [made] = await tx
    .insert(notifications)
    .values({ id, userId, reminderId, kind, ...text, createdAt })
    .onConflictDoNothing({ target: notifications.reminderId })
    .returning();
  if (!made) return;
  await tx.insert(mails).values({
    ...{ id, userId, createdAt, nextTryAt: createdAt, status: "pending", traceparent },
    ...{ subject: subjectOf(text), html: htmlOf(text) },
  });
  const sequence = await outbox.nextSequence(tx, userId);
  await outbox.append(tx, { userId, occurredAt: createdAt, traceparent, sequence }, [
    {
      topic: "notifications",
      data: {
        user_id: userId,
        notification_id: id,
        reminder_id: reminderId,
        kind,
        ...text,
        channels: ["in_app", "email"],
      },
    },
  ]);
}
