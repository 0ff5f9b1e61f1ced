import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import { type Base, baseOf, machineBase } from "./base.ts";
import { buildImage, storageOf, type Workshop } from "./build.ts";
import { findBuilder } from "./builder.ts";
import { contentOf, type ImageContent } from "./content.ts";
import { sightOf } from "./sight.ts";
import { canRunContainers, endOf, startContainer } from "./testing/container.ts";
import { type UnpackedImage, unpack } from "./testing/unpacked.ts";

const clone = join(import.meta.dirname, "..", "..");
const buildah = spawnSync("buildah", ["--version"]).status === 0;
const largestBytes = 200e6;
const temporary = buildah ? mkdtempSync(join(tmpdir(), "todo-evolution-images-")) : "";

// Skipped where there is no buildah: all that needs none is tested beside the bundle.
describe.runIf(buildah)("images built here", { timeout: 300_000 }, () => {
  let workshop: Workshop;
  let base: Base;
  const built = new Map<string, { content: ImageContent; image: UnpackedImage }>();

  beforeAll(async () => {
    const builder = findBuilder(storageOf(temporary), (name) => name === "buildah");
    workshop = { folder: temporary, builder };
    base = baseOf(clone, machineBase);
    for (const appId of appIds) built.set(appId, await buildInto(appId, appId));
  }, 300_000);
  afterAll(() => rmSync(temporary, { recursive: true, force: true }));

  async function buildInto(appId: string, folder: string) {
    const content = await contentOf(sightOf(clone), appId, base);
    const delivery = { kind: "archive", folder: join(temporary, folder) } as const;
    const archive = await buildImage(workshop, content, delivery);
    return { content, image: unpack(archive, join(temporary, folder, "unpacked")) };
  }

  const of = (appId: string) => {
    const found = built.get(appId);
    if (!found) throw new Error(`${appId} was not built`);
    return found;
  };

  describe.each(appIds)("that of %s", (appId) => {
    test("is small, known by its content, and says what it is", () => {
      const { image, content } = of(appId);
      expect(image.bytes).toBeLessThan(largestBytes);
      expect(image.references).toEqual([`localhost/todo-${appId}:${content.tag}`]);
      expect(image.config.Labels).toMatchObject({
        "org.opencontainers.image.title": `todo-${appId}`,
        "org.opencontainers.image.version": content.tag,
        "org.opencontainers.image.licenses": "Apache-2.0",
        "org.opencontainers.image.base.name": base.reference,
      });
    });

    test("runs the bundle by Node as a user who is not root", () => {
      const { config } = of(appId).image;
      expect(config.User).toBe("65532:65532");
      expect([...config.Entrypoint, ...config.Cmd]).toEqual(["node", "main.mjs"]);
      expect(config.WorkingDir).toBe("/app");
      expect(config.Env).toContain("NODE_OPTIONS=--enable-source-maps");
    });

    test("holds no shell, no package manager, and nothing that this user could change", () => {
      const { root } = of(appId).image;
      const paths = globSync("**", { cwd: root });
      expect(paths.filter((path) => /(^|\/)s?bin\/[^/]+$/.test(path))).toEqual([
        "usr/local/bin/node",
      ]);
      expect(paths.filter((path) => /node_modules|npm|busybox/.test(path))).toEqual([]);
      for (const path of paths) {
        const { mode, uid } = statSync(join(root, path));
        expect([path, mode & 0o6022, uid]).toEqual([path, 0, 0]);
        expect([path, mode & 0o004]).toEqual([path, 0o004]);
      }
    });
  });

  test("nothing is left of a build but the base, in a storage of its own", () => {
    const folders = readdirSync(temporary).filter(
      (name) => !appIds.some((appId) => name === appId),
    );
    expect(folders).toEqual(["storage"]);
    for (const appId of appIds) {
      const reference = `localhost/todo-${appId}:${of(appId).content.tag}`;
      expect(workshop.builder.has(reference)).toBe(false);
    }
    expect(workshop.builder.has(base.reference)).toBe(true);
  });

  test("the same content gives the same image", async () => {
    const [appId = ""] = appIds;
    const again = await buildInto(appId, `${appId}-again`);
    expect(again.image.id).toBe(of(appId).image.id);
    rmSync(join(temporary, `${appId}-again`), { recursive: true });
  });

  describe.runIf(canRunContainers())("in a read-only container", () => {
    const folder = join(temporary, "containers");
    const run = (appId: string, name: string, args?: string[]) =>
      endOf(startContainer(of(appId).image, { folder, name, ...(args && { args }) }));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test.each(appIds)("%s says what it misses", async (appId) => {
      const { code, output } = await run(appId, `${appId}-bare`);
      expect(output).toContain("environment: PORT");
      expect(code).toBe(78);
    });

    const withDatabase = appIds.filter((appId) => contractOf(appId).database);
    test.each(withDatabase)("%s brings its migrations", async (appId) => {
      const { code, output } = await run(appId, `${appId}-migrations`, ["migrate.mjs", appId]);
      expect(output).toContain("DATABASE_URL is not set");
      expect(code).toBe(1);
    });

    test("nothing can be written, and nobody is root", async () => {
      const script = `
        const { writeFileSync } = require("node:fs");
        for (const path of ["/app/x", "/x", "/usr/local/bin/node"]) {
          try { writeFileSync(path, ""); console.log("wrote", path); } catch ({ code }) { console.log(code); }
        }
        console.log("user", process.getuid(), process.getgid());`;
      const [appId = ""] = appIds;
      const { output } = await run(appId, "writer", ["--eval", script]);
      expect(output).not.toContain("wrote");
      expect(output).toContain("user 65532 65532");
    });
  });
});

test.runIf(buildah)("the base is only what Node needs", () => {
  const { files } = baseOf(clone, machineBase);
  const paths = [...(files?.keys() ?? [])];
  expect(paths).toContain("usr/local/bin/node");
  expect(paths.filter((path) => !/\.so(\.|$)|^etc\/|^usr\/local\/bin\/node$/.test(path))).toEqual(
    [],
  );
  expect(existsSync(join(clone, "node_modules/.bin/node"))).toBe(true);
});
