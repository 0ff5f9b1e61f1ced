import type { services } from "#apps/contracts/services.ts";
import type { Handlers } from "#apps/kit/events/subscriptions.ts";
import type { Runtime } from "#apps/kit/runtime.ts";
import type { Mailer } from "./mailer.ts";
import { notify } from "./notify.ts";
import { reminderText, welcomeText } from "./text.ts";

type Contract = (typeof services)["notification"];

export type NotificationDeps = Pick<Runtime<Contract>, "outbox" | "relay" | "createApp"> & {
  readonly mailer: Pick<Mailer, "soon">;
};

/** Turns what users are to be told of into notifications and mail. */
export function createApp({ outbox, mailer, createApp: create }: NotificationDeps) {
  return create(handlersOf({ outbox, mailer }));
}

export const handlersOf = ({
  outbox,
  mailer,
}: Pick<NotificationDeps, "outbox" | "mailer">): Handlers<Contract> => ({
  reminders: async ({ data, traceparent }, { tx }) => {
    const { user_id: userId, reminder_id: reminderId } = data;
    const text = reminderText(data);
    await notify(tx, outbox, { userId, reminderId, kind: "reminder", text, traceparent });
    mailer.soon();
  },
  "user-events": async ({ data, traceparent }, { tx }) => {
    const { user_id: userId } = data;
    const notice = { userId, reminderId: null, kind: "welcome", text: welcomeText } as const;
    await notify(tx, outbox, { ...notice, traceparent });
    mailer.soon();
  },
});
