import { join } from "node:path";
import { build, type InlineConfig, type Plugin } from "vite";
import { sourceOf } from "./build-page.ts";
import { rolldownOptionsOf } from "./bundling.ts";
import { finish } from "./finish.ts";

// `node infra/page/run-vite.ts CLONE APP FOLDER [watch]`, with NODE_ENV=production: builds the page of
// a service into a folder, and with `watch` again whenever its source changes.
const [clone = "", appId = "", folder = "", watch] = process.argv.slice(2);
const root = join(clone, sourceOf(appId));

const whenWritten: Plugin = { name: "finish", writeBundle: () => finish(folder) };

const config: InlineConfig = {
  ...{ configFile: false, envDir: false, root },
  plugins: [whenWritten],
  logLevel: watch ? "info" : "warn",
  build: {
    outDir: folder,
    // A page that is watched is served meanwhile.
    emptyOutDir: !watch,
    // An asset in the page itself would not be cached, nor be let in by its policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: rolldownOptionsOf(root),
    ...(watch && { watch: {}, minify: false }),
  },
};
await build(config);
