import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { addTasks, openTab, phone, row, type Tab, untilLive } from "./browser.ts";
import { onePerson, titleOf } from "./one-person.ts";

const person = onePerson();
// What the browser says of requests that a test itself made fail.
const ofNetwork = /Failed to load resource|WebSocket connection to/;

/** When this text came into the page, by its own clock: Playwright looks each 100 ms only. */
const seenAt = ({ page }: Tab, text: string): Promise<number> =>
  page.evaluate<number>(`new Promise((resolve) => {
    const look = () => {
      if (!document.body.textContent.includes(${JSON.stringify(text)})) return;
      observer.disconnect();
      resolve(Date.now());
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    look();
  })`);

describe("windows of one person", () => {
  test("show a change soon: another tab, and a phone", async () => {
    const { page } = person.first;
    const tab = await openTab(page.context());
    const other = await openTab(await person.device(phone));
    for (const one of [tab, other]) await untilLive(one.page);
    const took: Record<"tab" | "phone", number[]> = { tab: [], phone: [] };
    for (let run = 0; run < 12; run++) {
      const title = titleOf("Seen everywhere");
      await page.getByRole("textbox", { name: "New task" }).fill(title);
      const both = [seenAt(tab, title), seenAt(other, title)] as const;
      const since = Date.now();
      await page.getByRole("textbox", { name: "New task" }).press("Enter");
      took.tab.push((await both[0]) - since);
      took.phone.push((await both[1]) - since);
      await row(tab.page, title).waitFor();
      await row(other.page, title).waitFor();
    }
    for (const [where, ms] of Object.entries(took)) {
      ms.sort((one, other) => one - other);
      console.log(`a change is seen in the ${where} after ${ms.join(", ")} ms`);
      // A generous bound for a busy machine; the figures are above.
      expect(ms[Math.floor(ms.length / 2)]).toBeLessThan(2_000);
    }
    expect([...tab.faults, ...other.faults]).toEqual([]);
  });

  test("decide when both changed the same, and need not when they did not", async () => {
    const title = titleOf("Two minds");
    const mine = await openTab(await person.device());
    await untilLive(mine.page);
    await addTasks(mine.page, title);
    await row(mine.page, title).getByText("not sent yet").waitFor({ state: "detached" });
    const theirs = await openTab(await person.device());
    await row(theirs.page, title).waitFor();

    await mine.page.context().setOffline(true);
    for (const [tab, text] of [
      [mine, "mine"],
      [theirs, "theirs"],
    ] as const) {
      await tab.page.getByRole("link", { name: title, exact: true }).click({ timeout: 5_000 });
      await tab.page.getByRole("dialog").getByLabel("Title").fill(`${title} ${text}`);
      await tab.page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
      await row(tab.page, `${title} ${text}`).waitFor();
    }
    await expect
      .poll(() => theirs.page.getByText("not sent yet").count(), { timeout: 10_000 })
      .toBe(0);
    await mine.page.context().setOffline(false);
    await mine.page.getByText("was changed in two places").waitFor();
    await mine.page.getByRole("button", { name: "Keep mine" }).click();
    await row(theirs.page, `${title} mine`).waitFor();
    expect([...mine.faults, ...theirs.faults].filter((text) => !ofNetwork.test(text))).toEqual([]);
  });
});

describe("without a network", () => {
  test("changes wait, outlive a reload, and arrive once when it is back", async () => {
    const titles = ["One", "Two", "Three"].map(titleOf);
    const context = await person.device();
    const { page, faults } = await openTab(context);
    await untilLive(page);
    // The page itself is kept by its service worker, once that is there.
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
    await expect
      .poll(() => page.evaluate("navigator.serviceWorker.controller !== null"))
      .toBe(true);
    await context.setOffline(true);
    await addTasks(page, ...titles);
    await page.getByText(/Offline · 3 changes wait/).waitFor();
    await page.reload();
    for (const title of titles) await row(page, title).waitFor();
    await page.getByRole("button", { name: `Complete: ${titles[0]}` }).click();
    await page.getByText(/Offline · 4 changes wait/).waitFor();
    await context.setOffline(false);
    await untilLive(page);

    const elsewhere = await openTab(await person.device(), "/?status=all");
    for (const title of titles) {
      await row(elsewhere.page, title).waitFor();
      expect(await row(elsewhere.page, title).count()).toBe(1);
    }
    await elsewhere.page.getByRole("button", { name: `Open again: ${titles[0]}` }).waitFor();
    expect(await page.getByText("not sent yet").count()).toBe(0);
    expect(faults.filter((text) => !ofNetwork.test(text))).toEqual([]);
  });

  test("an answer that was lost on its way makes no second task", async () => {
    const title = titleOf("Sent twice");
    const { page } = await openTab(await person.device());
    await untilLive(page);
    let tries = 0;
    await page.route("**/api/tasks", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      tries++;
      if (tries > 1) return route.continue();
      await route.fetch();
      await route.abort("connectionreset");
    });
    await addTasks(page, title);
    await expect.poll(() => tries, { timeout: 15_000 }).toBeGreaterThan(1);
    await row(page, title).getByText("not sent yet").waitFor({ state: "detached" });
    const elsewhere = await openTab(await person.device());
    await row(elsewhere.page, title).waitFor();
    expect(await row(elsewhere.page, title).count()).toBe(1);
  });

  test("a tab that slept for ten minutes catches up without a reload", async () => {
    const context = await person.device();
    const page = await context.newPage();
    let asleep = false;
    const open = new Set<{ close: (options: { code: number }) => Promise<void> }>();
    await page.clock.install();
    await page.routeWebSocket(/\/ws\?/, (socket) => {
      if (asleep) return void socket.close({ code: 4408 });
      open.add(socket);
      socket.connectToServer();
    });
    await page.goto(new URL("/", process.env.TODO_URL).href);
    await untilLive(page);
    await page.evaluate("window.notReloaded = true");
    asleep = true;
    for (const socket of open) await socket.close({ code: 4408 });
    const titles = ["While", "it", "slept"].map(titleOf);
    await addTasks(person.first.page, ...titles);
    await expect
      .poll(() => person.first.page.getByText("not sent yet").count(), { timeout: 10_000 })
      .toBe(0);
    await sleep(500);
    expect(await row(page, titles[2] ?? "").count()).toBe(0);
    asleep = false;
    await page.clock.fastForward("10:00");
    // A try to connect that was under way as it woke is followed by the next a while later.
    await expect
      .poll(
        async () => {
          await page.clock.fastForward("01:00");
          return row(page, titles[2] ?? "").count();
        },
        { timeout: 20_000, interval: 2_000 },
      )
      .toBe(1);
    for (const title of titles) await row(page, title).waitFor();
    expect(await page.evaluate("window.notReloaded")).toBe(true);
  });
});
