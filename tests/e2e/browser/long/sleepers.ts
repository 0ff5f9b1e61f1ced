import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { launchOptions, openTab, type Person, type Tab } from "../browser.ts";

type Someone = Person & { readonly first: Tab };

/** A window that falls asleep in its own way, and wakes. */
export type Sleeper = {
  readonly how: string;
  readonly page: Page;
  /** Whether its timers stand still meanwhile. */
  readonly still: boolean;
  readonly sleep: () => unknown;
  readonly wake: () => unknown;
  readonly end: () => Promise<void>;
};

/** A tab in the background that its browser has frozen, to save power. */
export async function frozenTab(person: Someone): Promise<Sleeper> {
  const { executablePath, args } = launchOptions();
  const profile = mkdtempSync(join(tmpdir(), "todo-frozen-"));
  const own = ["--headless", "--remote-debugging-port=0", `--user-data-dir=${profile}`];
  const program = spawn(
    executablePath,
    [...args, ...own, "--ignore-certificate-errors", "about:blank"],
    {
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  const address = await new Promise<string>((resolve, reject) => {
    let said = "";
    program.once("exit", () => reject(new Error(`Chromium has ended: ${said}`)));
    program.stderr.on("data", (chunk) => {
      said += chunk;
      const found = /DevTools listening on (\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
  });
  // As a rule Playwright has every page believe that it is looked at: such a one cannot be frozen.
  const browser = await chromium.connectOverCDP(address, { noDefaults: true }).catch((error) => {
    program.kill("SIGKILL");
    throw error;
  });
  const [context] = browser.contexts();
  if (!context) throw new Error("a browser without a window");
  await context.addCookies(await person.first.page.context().cookies());
  const { page } = await openTab(context);
  const session = await context.newCDPSession(page);
  const become = (state: "frozen" | "active") =>
    session.send("Page.setWebLifecycleState", { state });
  return {
    ...{ how: "a tab that its browser froze", page, still: true },
    sleep: () => become("frozen"),
    wake: () => become("active"),
    end: async () => {
      await browser.close();
      program.kill("SIGKILL");
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A machine that is shut: nothing of the browser runs, and nobody is told. */
export async function shutMachine(person: Someone): Promise<Sleeper> {
  const server = await chromium.launchServer(launchOptions());
  const browser = await chromium.connect(server.wsEndpoint());
  const storageState = await person.first.page.context().storageState();
  const { page } = await openTab(
    await browser.newContext({ ignoreHTTPSErrors: true, storageState }),
  );
  // It leads a group of its own, with all its processes.
  const group = -(server.process().pid ?? Number.NaN);
  return {
    ...{ how: "a machine that was shut", page, still: true },
    sleep: () => process.kill(group, "SIGSTOP"),
    wake: () => process.kill(group, "SIGCONT"),
    end: () => server.kill(),
  };
}

/** A machine that is on, and has no network. */
export async function withoutNetwork(person: Someone): Promise<Sleeper> {
  const context = await person.device();
  const { page } = await openTab(context);
  return {
    ...{ how: "a tab without a network", page, still: false },
    sleep: () => context.setOffline(true),
    wake: () => context.setOffline(false),
    end: () => context.close(),
  };
}
