import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addTasks, launch, newPerson, type Person, row, type Tab, untilLive } from "../browser.ts";
import { frozenTab, type Sleeper, shutMachine, withoutNetwork } from "./sleepers.ts";

// By the clock of this machine: whatever a server, a proxy or a browser ends meanwhile, ends.
const asleepMs = 600_000;
const catchUpMs = 20_000;

let browser: Browser;
let person: Person & { readonly first: Tab };
const sleepers: Sleeper[] = [];

beforeAll(async () => {
  browser = await launch();
  person = await newPerson(browser);
});
afterAll(async () => {
  for (const { end } of sleepers) await end();
  await browser?.close();
});

test("who really was asleep for ten minutes catches up without a reload", {
  timeout: asleepMs + 180_000,
}, async () => {
  const writer = person.first.page;
  await addTasks(writer, "Done meanwhile", "Renamed meanwhile", "Deleted meanwhile");
  for (const open of [frozenTab, shutMachine, withoutNetwork]) sleepers.push(await open(person));
  for (const { page } of sleepers) {
    await row(page, "Deleted meanwhile").waitFor();
    await untilLive(page);
    await page.evaluate(countSeconds);
  }
  for (const sleeper of sleepers) await sleeper.sleep();
  const since = performance.now();
  const until = (ms: number) => sleep(Math.max(0, ms - (performance.now() - since)));

  await writer.getByRole("button", { name: "Complete: Done meanwhile" }).click();
  await writer.getByRole("link", { name: "Renamed meanwhile" }).click();
  await writer.getByRole("dialog").getByLabel("Title").fill("Renamed");
  await writer.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await writer.getByRole("button", { name: "Delete: Deleted meanwhile" }).click();
  const titles = [1, 2, 3, 4, 5].map((part) => `Made in part ${part} of the sleep`);
  for (const [index, title] of titles.entries()) {
    await until((asleepMs * (index + 1)) / 6);
    await addTasks(writer, title);
  }
  await expect.poll(() => writer.getByText("not sent yet").count(), { timeout: 10_000 }).toBe(0);
  await until(asleepMs);

  for (const { how, page, still, wake } of sleepers) {
    const wokenAt = performance.now();
    await wake();
    for (const title of [...titles, "Renamed"]) {
      await row(page, title).waitFor({ timeout: catchUpMs });
      expect(await row(page, title).count()).toBe(1);
    }
    for (const title of ["Done meanwhile", "Renamed meanwhile", "Deleted meanwhile"]) {
      await row(page, title).waitFor({ state: "detached", timeout: catchUpMs });
    }
    const took = Math.round(performance.now() - wokenAt);
    await untilLive(page);
    // A page that was loaded again has no count.
    const seconds = (await page.evaluate("window.seconds")) as number;
    console.log(`${how}: all is seen ${took} ms after waking; its clock went on for ${seconds} s`);
    expect(seconds).toBeGreaterThanOrEqual(0);
    // It slept, and was not only out of sight.
    if (still) expect(seconds).toBeLessThan(asleepMs / 1_000 / 10);
  }
  const [first, ...others] = sleepers;
  if (first) await addTasks(first.page, "Made by who slept");
  for (const { page } of [...others, person.first]) await row(page, "Made by who slept").waitFor();
});

/** Of the page itself, and gone with it: for how many seconds its timers ran. */
const countSeconds = "window.seconds = 0; void setInterval(() => { window.seconds += 1; }, 1000)";
