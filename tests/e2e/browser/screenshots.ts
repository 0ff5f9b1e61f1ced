import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { repositoryFolder } from "../stack.ts";
import { addTasks, inField, launch, newPerson, openTab, phone, row } from "./browser.ts";

const folder = join(repositoryFolder, "docs", "screenshots");
const hourMs = 3_600_000;

/** Writes the pictures of the page that the documentation shows, and gives their paths. */
export async function takeScreenshots(): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const paths: string[] = [];
  const browser = await launch();
  try {
    const person = await newPerson(browser);
    const { page } = person.first;
    await fill(page);
    const shoot = async (name: string, from: Page) => {
      // What moves in has arrived, and messages are gone.
      await from
        .getByRole("button", { name: "Dismiss message" })
        .first()
        .waitFor({ state: "detached" });
      await from.mouse.move(0, 0);
      await from.waitForTimeout(500);
      const path = join(folder, `${name}.png`);
      await from.screenshot({ path });
      paths.push(path);
    };
    await shoot("tasks-light", page);
    await page.getByRole("link", { name: "Water the plants" }).click();
    await page.getByRole("dialog").getByLabel("Title").waitFor();
    await shoot("task-light", page);
    const dark = await openTab(
      await person.device({ colorScheme: "dark", viewport: { width: 1200, height: 800 } }),
    );
    await row(dark.page, "Water the plants").waitFor();
    await shoot("tasks-dark", dark.page);
    const narrow = await openTab(await person.device(phone));
    await row(narrow.page, "Water the plants").waitFor();
    await shoot("tasks-narrow", narrow.page);
    await narrow.page.getByRole("link", { name: "History" }).click();
    await narrow.page.getByText("Created").first().waitFor();
    await shoot("history-narrow", narrow.page);
  } finally {
    await browser.close();
  }
  return paths;
}

async function fill(page: Page): Promise<void> {
  await addTasks(
    page,
    "Renew the library card #town !low",
    "Book the train to Turin #travel",
    "Send the quarterly numbers to Grace #work !high",
    "Buy a present for Charles #town #family",
    "Call the plumber about the kitchen tap #home",
    "Water the plants #home",
  );
  await row(page, "Water the plants").getByText("not sent yet").waitFor({ state: "detached" });
  const dialog = page.getByRole("dialog");
  const edit = async (title: string, change: () => Promise<unknown>) => {
    await page.getByRole("link", { name: title }).click();
    await dialog.getByLabel("Title").waitFor();
    await change();
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
  };
  await edit("Water the plants", async () => {
    await dialog.getByLabel("Description").fill("The fern wants more than the others.");
    await dialog.getByLabel("Due").fill(inField(30 * hourMs));
    await dialog.getByLabel("How often").selectOption("weekly");
    await dialog.getByLabel("1 hour before").check();
  });
  await edit("Book the train", () => dialog.getByLabel("Due").fill(inField(80 * hourMs)));
  await edit("Send the quarterly", () => dialog.getByLabel("Due").fill(inField(6 * hourMs)));
  await page.getByRole("button", { name: "Complete: Call the plumber" }).click();
}
