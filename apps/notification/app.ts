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
  reminders: async (event, { tx }) => {
    const { reminder_id: reminderId } = event.data;
    const text = reminderText(event.data);
    await notify(tx, outbox, event, { reminderId, kind: "reminder", text });
    mailer.soon();
  },
  "user-events": async (event, { tx }) => {
    await notify(tx, outbox, event, { reminderId: null, kind: "welcome", text: welcomeText });
    mailer.soon();
  },
});
