import { html } from "hono/html";
import type { told } from "#commands/events/letter-view.ts";
import { type Html, pageOf, tableOf } from "./page.ts";

/** A dead letter as the commands tell of it. */
type Letter = ReturnType<typeof told>;

/** What a letter's page is called below `/ops`. */
export const pathOf = (id: string): string => `/ops/letters/${id}`;

/** One dead letter with all that it holds, and what can be done about it. */
export function letterPage(letter: Letter): Html {
  const { event, ...about } = letter;
  return pageOf(
    letter.id,
    html`<h1>Dead letter</h1>
    <p>${letter.consumer} gave up on this event of ${letter.topic}.</p>
    <section>${facts(about)}</section>
    <section><h2>The event</h2><pre tabindex="0">${typeof event === "string" ? event : JSON.stringify(event, null, 2)}</pre></section>
    <section class="row">
      <a class="button" href="${pathOf(letter.id)}/redrive">Redrive …</a>
      <a class="button" href="${pathOf(letter.id)}/discard">Discard …</a>
      <a href="/ops">Back to the overview</a>
    </section>`,
  );
}

const words = {
  redrive: {
    title: "Redrive this event?",
    says: (letter: Letter) =>
      `It is given to ${letter.consumer} again, to it alone, once. Mend the cause first: as long as ` +
      "that is there, it comes back as a dead letter.",
    button: "Redrive it",
    kind: "",
  },
  discard: {
    title: "Discard this event?",
    says: (letter: Letter) =>
      `${letter.consumer} never gets it, and nobody can bring it back: what it should have done is ` +
      "not done.",
    button: "Discard it",
    kind: "grave",
  },
} as const;

/** Says what will happen, and asks. */
export function confirmPage(letter: Letter, action: keyof typeof words): Html {
  const { title, says, button, kind } = words[action];
  return pageOf(
    title,
    html`<h1>${title}</h1>
    <p>${says(letter)}</p>
    <section>${facts({ id: letter.id, error: letter.error, failedAt: letter.failedAt })}</section>
    <section><form method="post" action="${pathOf(letter.id)}/${action}">
      <button class="${kind}">${button}</button>
      <a href="${pathOf(letter.id)}">No, back to it</a>
    </form></section>`,
  );
}

const facts = (about: Readonly<Record<string, unknown>>): Html =>
  tableOf(
    "About it",
    ["What", "Value"],
    Object.entries(about).map(([name, value]) => [name, value === null ? "–" : String(value)]),
  );
