import { html } from "hono/html";
import type { Waiting } from "#commands/doctor/local.ts";
import type { Lag } from "#commands/events/lag.ts";
import { pathOf } from "./letter-pages.ts";
import type { Overview, ShownProcess } from "./overview.ts";
import { type Html, pageOf, tableOf } from "./page.ts";

const refreshSeconds = 5;

export type View = {
  /** Whether the page is to load itself again and again. */
  readonly live: boolean;
  /** What was just done, as `redriven <id>`. */
  readonly done: string | undefined;
};

/** What is up, what waits, and what is wrong. */
export function overviewPage(overview: Overview, { live, done }: View): Html {
  const { processes, waiting, findings, links, at } = overview;
  const ill = processes.filter(({ state }) => state !== "running");
  const isWell = ill.length === 0 && findings.length === 0 && !("unknown" in waiting);
  return pageOf(
    isWell ? "All is well" : "Something is wrong",
    html`<div class="row">
      <h1 class="${isWell ? "good" : "bad"}">${isWell ? "All is well" : "Something is wrong"}</h1>
      <p class="soft">As of <time datetime="${at.toISOString()}">${at.toISOString().slice(11, 19)} UTC</time> ·
        ${
          live
            ? html`every ${refreshSeconds} s · <a href="/ops?live=off">stop</a>`
            : html`stopped · <a href="/ops">go on</a>`
        }</p>
    </div>
    ${done === undefined ? "" : html`<section class="notice" role="status">${done}</section>`}
    ${tilesOf(processes, waiting)}
    ${
      findings.length === 0
        ? ""
        : html`<section><h2>What is wrong, and what to do</h2>
      ${tableOf(
        "Findings",
        ["About", "What is wrong", "What to do"],
        findings.map(({ about, fault, remedy, severity }) => [
          about,
          html`<span class="${severity === "broken" ? "bad" : "warn"}">${fault}</span>`,
          remedy,
        ]),
      )}</section>`
    }
    ${"unknown" in waiting ? html`<section><h2>Events</h2><p class="bad">${waiting.unknown}</p></section>` : eventsOf(waiting)}
    <section><h2>Services and what they stand on</h2>${processTable(processes)}</section>
    <section><h2>Elsewhere</h2><ul class="links">${links.map(
      ({ title, url, says }) =>
        html`<li><a href="${url}">${title}</a> <span class="soft">${says}</span></li>`,
    )}</ul></section>`,
    live ? refreshSeconds : undefined,
  );
}

function tilesOf(processes: readonly ShownProcess[], waiting: Overview["waiting"]): Html {
  const running = processes.filter(({ state }) => state === "running").length;
  const known = "unknown" in waiting ? undefined : waiting;
  const sum = (numbers: readonly number[] | undefined) =>
    numbers ? numbers.reduce((all, one) => all + one, 0) : "?";
  const tiles = [
    ["Processes running", `${running} of ${processes.length}`],
    ["Events behind", sum(known?.lags.map(({ lag }) => lag))],
    ["In outboxes", sum(known?.outboxes.map(({ depth }) => depth))],
    ["Dead letters", known?.letters.length ?? "?"],
  ];
  return html`<dl class="tiles">${tiles.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}

const eventsOf = ({ letters, lags, outboxes }: Waiting): Html => html`
  <section><h2>Dead letters</h2>${
    letters.length === 0
      ? html`<p class="soft">There are none: every event reached its consumers.</p>`
      : tableOf(
          "Dead letters",
          ["Event", "Consumer", "Tries", "Failed at", "Error"],
          letters.map(({ id, consumer, attempts, failedAt, error }) => [
            html`<a href="${pathOf(id)}">${id}</a>`,
            ...[consumer, attempts, failedAt],
            error.length > 160 ? `${error.slice(0, 159)}…` : error,
          ]),
        )
  }</section>
  <section><h2>Topics and their consumers</h2>${tableOf(
    "Lag",
    ["Topic", "Consumer", "Events", "Behind", "By partition"],
    bySubscription(lags).map(({ topic, app, end, lag, each }) => [
      ...[topic, app, end],
      html`<span class="${lag > 0 ? "warn" : "good"}">${lag}</span>`,
      each,
    ]),
  )}</section>
  <section><h2>Outboxes</h2>${tableOf(
    "Outboxes",
    ["Service", "Events that wait", "The oldest for"],
    outboxes.map(({ app, depth, ageSeconds }) => [app, depth, `${ageSeconds.toFixed(1)} s`]),
  )}</section>`;

/** The partitions of a consumer's topic in one row. */
function bySubscription(lags: readonly Lag[]) {
  const groups = Map.groupBy(lags, ({ topic, app }) => `${topic} ${app}`);
  return [...groups.values()]
    .map((partitions) => ({
      topic: partitions[0]?.topic ?? "",
      app: partitions[0]?.app ?? "",
      end: partitions.reduce((all, { end }) => all + end, 0),
      lag: partitions.reduce((all, one) => all + one.lag, 0),
      each: partitions.map(({ lag }) => lag).join(" · "),
    }))
    .sort((one, other) => one.topic.localeCompare(other.topic));
}

const marks = { running: "good", "not ready": "warn", stopped: "bad" } as const;

const processTable = (processes: readonly ShownProcess[]): Html =>
  tableOf(
    "Processes",
    ["Name", "State", "Process", "Since", "Memory", "Version", "Restarts"],
    processes.map(({ name, state, degraded, pid, since, memory, version, restarts }) => [
      name,
      html`<span class="${marks[state]}">${state}</span>${degraded.length > 0 ? `, without ${degraded.join(", ")}` : ""}`,
      ...[pid, since.replace(/\.\d+Z$/, "Z"), memory, version, restarts || "–"],
    ]),
  );
