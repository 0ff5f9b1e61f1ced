import { parseArgs } from "node:util";
import type { InlineConfig } from "vitest/node";
import { Refusal, run } from "#commands/run.ts";
import { exitCodeOf, runTests } from "../run-tests.ts";
import { chromiumRemedy, findChromium } from "./browser/find-chromium.ts";
import { findStack, requireApi, requireStack } from "./stack.ts";

const usage = `Usage: npm run e2e -- [--url http://… [--mail http://…] [--direct [--sync http://…]]] [--portable] [--no-browser] [--long] [--filter text]
       npm run e2e -- --screenshots [--url http://…]

Runs the behaviours of the application against a running one and exits with 1 if any fails.

  --url      where its API is; without it, the local stack
  --mail     where the mail that it sends can be looked at (infra/host/mail-server); without it,
             behaviours about mail are left out
  --direct   the address is backend's own, with no gateway before it: what a gateway refuses is left out
  --sync     where sync is, where there is no gateway before it; without it, with --direct,
             behaviours of WebSockets are left out
  --portable leave out what looks behind the API of the local stack
  --no-browser
             leave out what is looked at with Chromium: the page
  --long     those that take minutes, too: a tab that is asleep for ten
  --screenshots
             instead of running behaviours, write the pictures of the page in docs/screenshots
  --filter   run only the behaviours whose name contains this text
  --help     print this

Behaviours that look behind the API (records in Kafka, internal ports) run on the local stack only.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      url: { type: "string" },
      mail: { type: "string" },
      direct: { type: "boolean", default: false },
      sync: { type: "string" },
      portable: { type: "boolean", default: false },
      "no-browser": { type: "boolean", default: false },
      long: { type: "boolean", default: false },
      screenshots: { type: "boolean", default: false },
      filter: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const baseUrl = values.url ?? requireStack().baseUrl;
  if (!URL.canParse(baseUrl)) throw new Refusal(`--url ${baseUrl} is not an address: http://…`);
  await requireApi(baseUrl);
  if (values.screenshots) {
    process.env.TODO_URL = baseUrl;
    const { takeScreenshots } = await import("./browser/screenshots.ts");
    for (const path of await takeScreenshots()) console.log(path);
    return 0;
  }
  const isOfStack = sameOrigin(baseUrl, findStack()?.baseUrl);
  const isLocal = isOfStack && !values.portable;
  console.log(`Behaviours of ${baseUrl}`);
  if (!isLocal)
    console.log("Left out, as they look behind the API of the local stack: tests/e2e/local");
  const mailUrl = values.mail ?? (isOfStack ? await mailboxAt(requireStack().mail) : "");
  if (!mailUrl) console.log("Left out, as they need --mail: what is sent by mail");
  if (values.direct) console.log("Left out, as there is no gateway: what it refuses");
  const syncUrl = values.sync ?? (values.direct ? "" : baseUrl);
  if (!syncUrl) console.log("Left out, as they need --sync: WebSockets");
  const withPage = !values.direct && !values["no-browser"];
  const hasBrowser = withPage && findChromium() !== undefined;
  if (withPage && !hasBrowser) {
    console.log(`Left out, as there is no Chromium: the page. To run it, ${chromiumRemedy}`);
  }
  const include = [
    "tests/e2e/behaviours/*.e2e.ts",
    ...(hasBrowser ? ["tests/e2e/browser/*.e2e.ts"] : []),
    ...(hasBrowser && values.long ? ["tests/e2e/browser/long/*.e2e.ts"] : []),
    ...(isLocal ? ["tests/e2e/local/*.e2e.ts"] : []),
  ];
  const settings: InlineConfig = {
    env: {
      ...{ TODO_URL: baseUrl, TODO_MAIL_URL: mailUrl, TODO_SYNC_URL: syncUrl },
      TODO_DIRECT: String(values.direct),
    },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  };
  const { filter } = values;
  const waited = await runTests({ include: waiting, filter }, { ...settings, maxWorkers: 2 });
  // One file at a time: behaviours that measure a delay are not to wait for those that make load.
  const others = { ...settings, exclude: waiting, fileParallelism: false };
  const ran = await runTests({ include, filter }, others);
  return exitCodeOf({
    passed: waited.passed + ran.passed,
    failed: waited.failed + ran.failed,
  });
}

/** These wait for a minute each and measure nothing that the other could delay: beside each other. */
const waiting = ["heartbeats", "reminders"].map((name) => `tests/e2e/behaviours/${name}.e2e.ts`);

/** The address, if what is there is a mailbox of ours: another mail catcher has an API of its own. */
async function mailboxAt(url: string | undefined): Promise<string> {
  if (!url) return "";
  const response = await fetch(new URL("/messages?limit=1", url)).catch(() => undefined);
  return response?.headers.get("content-type")?.includes("json") && response.ok ? url : "";
}

const sameOrigin = (one: string, other: string | undefined): boolean =>
  other !== undefined && new URL(one).origin === new URL(other).origin;

await run(main);
