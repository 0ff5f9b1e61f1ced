import { cpSync, globSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { buildPage } from "./build-page.ts";

// `node infra/page/main.ts web` builds the page of a service and says where it is; `--into FOLDER`
// puts it there instead.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { into: { type: "string" } },
});
const clone = join(import.meta.dirname, "..", "..");
const [appId = "web"] = positionals;
const folder = await buildPage(clone, appId);
if (values.into) cpSync(folder, values.into, { recursive: true });
else removeOthers(folder);
console.log(values.into ?? folder);

/** Pages of other sources: whoever serves one has it in memory. */
function removeOthers(kept: string): void {
  for (const other of globSync(`${appId}-*`, { cwd: dirname(kept) })) {
    const path = join(dirname(kept), other);
    if (path !== kept) rmSync(path, { recursive: true, force: true });
  }
}
