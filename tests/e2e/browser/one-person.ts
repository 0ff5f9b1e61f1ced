import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { launch, newPerson, type Person, type Tab } from "./browser.ts";

/** Somebody with an account, whose first window stays open, and the way to be nobody yet. */
export type OnePerson = Person & {
  readonly first: Tab;
  /** A window in which nobody is signed in. */
  readonly stranger: () => Promise<BrowserContext>;
};

/** One person for all tests of a file; a window that a test opened is closed behind it. */
export function onePerson(): OnePerson {
  let browser: Browser;
  let person: Awaited<ReturnType<typeof newPerson>>;
  beforeAll(async () => {
    browser = await launch();
    person = await newPerson(browser);
  });
  afterEach(async () => {
    for (const context of browser.contexts()) {
      if (context !== person.first.page.context()) await context.close();
    }
  });
  afterAll(() => browser?.close());
  return {
    get first() {
      return person.first;
    },
    get email() {
      return person.email;
    },
    get password() {
      return person.password;
    },
    device: (options) => person.device(options),
    stranger: () => browser.newContext({ ignoreHTTPSErrors: true }),
  };
}

/** That no other test of any run has. */
export const titleOf = (what: string): string =>
  `${what} ${Math.random().toString(36).slice(2, 8)}`;
