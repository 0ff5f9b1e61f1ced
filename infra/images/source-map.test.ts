import { SourceMap as NodeSourceMap } from "node:module";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { mapOnly, type SourceMap } from "./source-map.ts";

/** Two files in one, with far jumps between their lines so that numbers take several digits. */
async function bundled(): Promise<{ map: SourceMap; lines: string[] }> {
  const blank = "\n".repeat(70);
  const sources: Record<string, string> = {
    "/own.ts": `import { theirs } from "/theirs.ts";\n${blank}console.log(theirs("own"));\n`,
    "/theirs.ts": `${blank}${blank}export function theirs(a: string) {\n  return a + "theirs"; }\n`,
  };
  const { outputFiles } = await build({
    entryPoints: ["/own.ts"],
    bundle: true,
    write: false,
    sourcemap: "external",
    sourcesContent: false,
    outdir: "/out",
    plugins: [
      {
        name: "in memory",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /./ }, ({ path }) => ({ path, namespace: "memory" }));
          onLoad({ filter: /./ }, ({ path }) => ({ contents: sources[path] ?? "", loader: "ts" }));
        },
      },
    ],
  });
  const [map, code] = outputFiles.map(({ text }) => text);
  return { map: JSON.parse(map ?? ""), lines: (code ?? "").split("\n") };
}

test("what is kept is mapped as before, and the rest to nothing", async () => {
  const { map, lines } = await bundled();
  const whole = new NodeSourceMap(map as never);
  const own = mapOnly(map, (source) => source.includes("own"));
  const kept = new NodeSourceMap(own as never);
  expect(own.sources).toEqual([expect.stringContaining("own.ts")]);
  let found = 0;
  for (const [line, text] of lines.entries()) {
    for (let column = 0; column < text.length; column++) {
      const before = whole.findEntry(line, column);
      const after = kept.findEntry(line, column);
      if ("originalSource" in before && before.originalSource?.includes("own")) {
        expect(after).toMatchObject({
          originalSource: before.originalSource,
          originalLine: before.originalLine,
          originalColumn: before.originalColumn,
        });
        found++;
      } else if ("originalSource" in after && after.generatedLine === line) {
        expect(after.originalSource, `${line}:${column} of ${text}`).toBeUndefined();
      }
    }
  }
  expect(found).toBeGreaterThan(10);
});

test("keeping all or nothing gives all or nothing", async () => {
  const { map } = await bundled();
  expect(mapOnly(map, () => true).mappings.replaceAll(";", "").length).toBeGreaterThan(20);
  expect(mapOnly(map, () => false)).toEqual({ version: 3, sources: [], names: [], mappings: "" });
});
