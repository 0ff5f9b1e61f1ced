import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { documents, root } from "./documents.ts";

/** The anchors of a page as GitHub makes them. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );

/** What a link of a page leads to that is not there. */
function deadLinks(path: string, text: string): string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return links
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [file = "", anchor] = target.split("#");
      const at = file === "" ? join(root, path) : join(root, dirname(path), file);
      if (relative(root, at).startsWith("..") || !existsSync(at)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(at, "utf8")).includes(anchor);
    });
}

test.each(documents)("links of $path lead somewhere", ({ path, text }) => {
  expect(deadLinks(path, text)).toEqual([]);
});

test("a file or a heading that is not there would be told", () => {
  const text = "[a](secrets.md#vaults) [b](secrets.md#vault) [c](gone.md) [d](https://x.test/#e)";
  expect(deadLinks("docs/upgrades.md", text)).toEqual(["secrets.md#vault", "gone.md"]);
});

describe("files that are named", () => {
  /** As `components/charts.ts` or `infra/clusters/settings`: from the root, with nothing to fill in. */
  const folder = /^(apps|commands|components|docs|infra|policy|stacks|tests|toolchain|\.github)\//;
  const named = (text: string): string[] =>
    [...text.matchAll(/`([\w./@-]+)`/g)]
      .map(([, path = ""]) => path)
      .filter((path) => folder.test(path));
  const isThere = (path: string): boolean =>
    existsSync(join(root, path)) &&
    (!path.endsWith("/") || statSync(join(root, path)).isDirectory());

  test.each(documents)("are there: $path", ({ text }) => {
    expect(named(text).filter((path) => !isThere(path))).toEqual([]);
  });
});
