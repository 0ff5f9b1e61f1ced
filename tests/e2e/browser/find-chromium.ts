import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { executablesOnPath } from "#toolchain/probe.ts";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The Chromium of PATH, else the one that Playwright has fetched; undefined where there is none. */
export function findChromium(): string | undefined {
  const [onPath] = names.flatMap((name) => executablesOnPath(name, process.env));
  const fetched = chromium.executablePath();
  return onPath ?? (existsSync(fetched) ? fetched : undefined);
}

/** What to do where there is none. */
export const chromiumRemedy =
  "install Chromium (Debian: `apt install chromium`), or run `npx playwright-core install chromium`";
