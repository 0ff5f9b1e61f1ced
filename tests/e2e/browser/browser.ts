import { randomUUID } from "node:crypto";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { baseUrl } from "../client.ts";
import { chromiumRemedy, findChromium } from "./find-chromium.ts";

export const launch = (): Promise<Browser> => chromium.launch(launchOptions());

/** Where Chromium is and what it is started with. Throws where there is none. */
export function launchOptions(): { executablePath: string; args: string[] } {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(`no Chromium was found: ${chromiumRemedy}`);
  // Its own sandbox does not work for root, whom containers often run as.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return { executablePath, args };
}

/** A page, and all that went wrong on it: errors of the console and of the content policy. */
export type Tab = { readonly page: Page; readonly faults: string[] };

/** A new person with an account, and the way to open more windows as them. */
export type Person = {
  readonly email: string;
  readonly password: string;
  /** A window of its own, like another device. */
  readonly device: (options?: BrowserContextOptions) => Promise<BrowserContext>;
};

export const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/** Opens an address of the page in a window. */
export async function openTab(context: BrowserContext, path = "/"): Promise<Tab> {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  // In the page; a text, as this program knows nothing of what a browser has.
  await page.addInitScript(
    `addEventListener("securitypolicyviolation", (event) =>
       console.error("content policy: " + event.violatedDirective + " " + event.blockedURI))`,
  );
  await page.goto(new URL(path, baseUrl).href);
  return { page, faults };
}

/** Registers somebody by the page itself. */
export async function newPerson(browser: Browser): Promise<Person & { readonly first: Tab }> {
  const email = `page-${randomUUID()}@example.com`;
  const password = `a password ${randomUUID()}`;
  const options = { ignoreHTTPSErrors: true, locale: "en-GB", timezoneId: "Europe/Berlin" };
  const context = await browser.newContext({ ...options, viewport: { width: 1200, height: 800 } });
  const first = await openTab(context, "/register");
  await first.page.getByLabel("Name").fill("Ada Lovelace");
  await first.page.getByLabel("E-mail").fill(email);
  await first.page.getByLabel("Password").fill(password);
  await first.page.getByRole("button", { name: "Make account" }).click();
  await untilLive(first.page);
  const storageState = await context.storageState();
  return {
    ...{ email, password, first },
    device: (more = {}) => browser.newContext({ ...options, ...more, storageState }),
  };
}

/** Until the page has its tasks and hears of changes. */
export async function untilLive(page: Page): Promise<void> {
  await page.getByText("Up to date").first().waitFor();
}

/** Writes tasks into the line for new ones. */
export async function addTasks(page: Page, ...lines: string[]): Promise<void> {
  const line = page.getByRole("textbox", { name: "New task" });
  for (const text of lines) {
    await line.fill(text);
    await line.press("Enter");
  }
}

/** The row of a task in the list. */
export const row = (page: Page, title: string) =>
  page.getByRole("listitem").filter({ has: page.getByRole("link", { name: title, exact: true }) });

/** So long from now, as a field for date and time takes it, in the zone of the tests' browsers. */
export function inField(ms: number): string {
  const text = new Date(Date.now() + ms).toLocaleString("sv-SE", { timeZone: "Europe/Berlin" });
  return text.replace(" ", "T").slice(0, 16);
}
