import type { EventOf } from "#apps/contracts/events.ts";

export type Text = { readonly title: string; readonly body: string };

/** What a user is told when a reminder is due. */
export const reminderText = ({ title, due_at }: EventOf<"reminders">): Text => ({
  title: `Reminder: ${title}`,
  body: `“${title}” is due on ${dayOf(due_at)} at ${timeOf(due_at)} UTC.`,
});

/** What a user is told when the account is made. */
export const welcomeText: Text = {
  title: "Welcome to Todo Evolution",
  body: "Your account is ready. Write down what is to be done, and be reminded in time.",
};

const mostOfSubject = 150;

/** A subject is one line, and no longer than mail programs show. */
export function subjectOf({ title }: Text): string {
  const line = title.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  const characters = [...line];
  return characters.length <= mostOfSubject
    ? line
    : `${characters.slice(0, mostOfSubject - 1).join("")}…`;
}

const dayOf = (time: string): string => time.slice(0, 10);
const timeOf = (time: string): string => time.slice(11, 16);
