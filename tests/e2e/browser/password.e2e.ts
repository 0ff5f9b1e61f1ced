import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mailUrl, resetTokenFor } from "../mail.ts";
import { findings } from "./axe.ts";
import { launch, newPerson, openTab, phone, untilLive } from "./browser.ts";

// What the browser says of requests that a test itself made fail.
const ofRefusals = /Failed to load resource|WebSocket connection to/;
const newPassword = "a better one by far";

let browser: Awaited<ReturnType<typeof launch>>;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const stranger = (options = {}) => browser.newContext({ ignoreHTTPSErrors: true, ...options });

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Nothing stands out of the width of the screen. */
async function expectToFit(page: Page): Promise<void> {
  const size = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]");
  expect((size as number[])[0]).toBeLessThanOrEqual((size as number[])[1] ?? 0);
}

describe.skipIf(!mailUrl)("a forgotten password", () => {
  test("is replaced by the link of a mail, by keyboard, and everybody else is signed out", async () => {
    const { email, first } = await newPerson(browser);
    const { page, faults } = await openTab(await stranger(), "/sign-in");
    await page.getByRole("link", { name: "Forgot your password?" }).press("Enter");
    await page.getByLabel("E-mail").focus();
    await page.keyboard.type(email);
    await page.keyboard.press("Enter");
    await page.getByText("If there is an account with the address").waitFor();
    expect(await page.evaluate("document.activeElement.textContent")).toContain(email);

    const token = await resetTokenFor(email);
    await page.goto(new URL(`/reset-password?token=${token}`, page.url()).href);
    await page.getByRole("heading", { name: "Set a new password" }).waitFor();
    expect(page.url()).toMatch(/\/reset-password$/);
    await page.getByLabel("New password").focus();
    await page.keyboard.type(newPassword);
    await page.keyboard.press("Enter");
    await page.getByText("Your new password is set").waitFor();
    await signIn(page, email, newPassword);
    await untilLive(page);
    expect(faults).toEqual([]);

    // What was open all the time is nobody's as soon as somebody looks at it.
    await first.page.evaluate("dispatchEvent(new Event('focus'))");
    await first.page.getByRole("button", { name: "Sign in" }).waitFor();

    // Nothing of the link is left to go back to, and it is not good once more.
    await page.goto(new URL(`/reset-password?token=${token}`, page.url()).href);
    await page.getByLabel("New password").fill("yet another one");
    await page.getByRole("button", { name: "Set password" }).click();
    await page.getByRole("heading", { name: "This link is not good" }).waitFor();
    await page.getByRole("link", { name: "Ask for another link" }).waitFor();
  });
});

describe("who is signed in", () => {
  test("changes the password, and the other window is signed out", async () => {
    const { email, password, first } = await newPerson(browser);
    const other = await openTab(await stranger(), "/sign-in");
    await signIn(other.page, email, password);
    await untilLive(other.page);

    const { page, faults } = first;
    const opener = page.getByRole("button", { name: "Account and settings" });
    await opener.click();
    await page.getByRole("button", { name: "Change password" }).click();
    const dialog = page.getByRole("dialog", { name: "Change password" });
    await dialog.getByLabel("Current password").fill("not the password");
    await dialog.getByLabel("New password").fill(newPassword);
    await dialog.getByRole("button", { name: "Change password" }).click();
    await dialog.getByText("This is not your current password").waitFor();
    await dialog.getByLabel("Current password").fill(password);
    await page.keyboard.press("Enter");
    await page.getByText("Your password is changed").waitFor();
    await dialog.waitFor({ state: "detached" });
    // The focus is back where it was before.
    await page.locator("button:focus", { hasText: "Account and settings" }).waitFor();

    await other.page.getByRole("textbox", { name: "New task" }).fill("Of whoever was here");
    await other.page.keyboard.press("Enter");
    await other.page.getByRole("button", { name: "Sign in" }).waitFor();
    await signIn(other.page, email, newPassword);
    await untilLive(other.page);
    await page.reload();
    await untilLive(page);
    expect(faults.filter((text) => !ofRefusals.test(text))).toEqual([]);
  });
});

describe("the forms of passwords", () => {
  test.each([
    ["wide and light", { colorScheme: "light" as const }],
    ["on a phone and dark", { ...phone, colorScheme: "dark" as const }],
  ])(
    "give axe nothing serious to find, and fit, %s",
    async (_, options) => {
      const { page, faults } = await openTab(await stranger(options), "/forgot-password");
      await page.getByRole("button", { name: "Mail me a link" }).waitFor();
      expect(await findings(page)).toEqual([]);
      await expectToFit(page);
      const long = `${"a-very-long-name-of-somebody".repeat(2)}@a-long-domain.example`;
      await page.getByLabel("E-mail").fill(long);
      await page.getByRole("button", { name: "Mail me a link" }).click();
      await page.getByText("a mail is on its way").waitFor();
      expect(await findings(page)).toEqual([]);
      await expectToFit(page);
      for (const [path, heading] of [
        ["/reset-password?token=x", "Set a new password"],
        ["/reset-password", "This link is not good"],
      ] as const) {
        await page.goto(new URL(path, page.url()).href);
        await page.getByRole("heading", { name: heading }).waitFor();
        expect(await findings(page)).toEqual([]);
        await expectToFit(page);
      }
      const { first, device } = await newPerson(browser);
      const inside = await openTab(await device(options));
      await untilLive(inside.page);
      await inside.page.getByRole("button", { name: "Account and settings" }).click();
      await inside.page.getByRole("button", { name: "Change password" }).click();
      await inside.page.getByRole("dialog").getByLabel("New password").waitFor();
      expect(await findings(inside.page)).toEqual([]);
      await expectToFit(inside.page);
      expect([...faults, ...first.faults, ...inside.faults]).toEqual([]);
    },
    120_000,
  );
});
