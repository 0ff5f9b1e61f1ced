import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The Chromium of PATH, else the one that Playwright has fetched; undefined where there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const onPath = names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find(isExecutable);
  const fetched = chromium.executablePath();
  return onPath ?? (existsSync(fetched) ? fetched : undefined);
}

/** What to do where there is none. */
export const chromiumRemedy =
  "install Chromium (Debian: `apt install chromium`), or run `npx playwright-core install chromium`";

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
