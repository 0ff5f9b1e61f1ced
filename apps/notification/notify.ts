import type { services } from "#apps/contracts/services.ts";
import { htmlOf } from "#apps/kit/dapr/mail.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import type { Envelope } from "#apps/kit/events/envelope.ts";
import type { Outbox } from "#apps/kit/events/outbox.ts";
import { mails, notifications } from "./schema.ts";
import { subjectOf, type Text } from "./text.ts";

export type Notice = {
  readonly reminderId: string | null;
  readonly kind: "reminder" | "welcome";
  readonly text: Text;
};

/** What a user is told of. */
type Cause = Pick<Envelope<"reminders" | "user-events">, "id" | "time" | "traceparent" | "data">;

/**
 * Tells a user of something, in the transaction of the event that says so: the notification, its
 * event for the application, and its mail. The notification has the id of that event, so that one
 * that comes again, as in a replay, changes nothing; nor does another of the same reminder. One
 * that was lost is made again as it was, and nobody is told a second time.
 */
export async function notify(
  tx: Database,
  outbox: Outbox<(typeof services)["notification"]>,
  { id, time, traceparent, data: { user_id: userId } }: Cause,
  { reminderId, kind, text }: Notice,
): Promise<void> {
  const [made] = await tx
    .insert(notifications)
    .values({ id, userId, reminderId, kind, ...text, createdAt: new Date(time) })
    .onConflictDoNothing()
    .returning();
  if (!made) return;
  const createdAt = new Date();
  const [mail] = await tx
    .insert(mails)
    .values({
      ...{ id, userId, createdAt, nextTryAt: createdAt, status: "pending", traceparent },
      ...{ subject: subjectOf(text), html: htmlOf(text) },
    })
    .onConflictDoNothing()
    .returning();
  if (!mail) return;
  const data = {
    user_id: userId,
    notification_id: id,
    reminder_id: reminderId,
    kind,
    ...text,
    channels: ["in_app", "email"] as ("in_app" | "email")[],
  };
  const publications = [{ topic: "notifications", data } as const];
  await outbox.record(tx, [{ userId, occurredAt: createdAt, traceparent, publications }]);
}
