import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { images } from "#components/images.ts";
import type { ImageVersion } from "#infra/images/registry.ts";
import { readConfig } from "#stacks/config.ts";
import { pinDigests } from "./digests.ts";

const folder = mkdtempSync(join(tmpdir(), "todo-digests-"));
afterAll(() => rmSync(folder, { recursive: true }));
const committed = join(import.meta.dirname, "..", "..", "Pulumi.prod.yaml");
const copy = (name: string) => {
  const file = join(folder, name);
  copyFileSync(committed, file);
  return file;
};
const digestFor = async ({ repository, tag }: ImageVersion) =>
  `sha256:${createHash("sha256").update(`${repository}:${tag}`).digest("hex")}`;
const quiet = () => {};

/** The configuration of a file, as the engine hands it over. */
const configOf = (file: string) =>
  readConfig(
    Object.fromEntries(
      Object.entries(parse(readFileSync(file, "utf8")).config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );

test("the file of a stack names every image of others by digest, and keeps its comments", async () => {
  const file = copy("Pulumi.all.yaml");
  await pinDigests(file, quiet, digestFor);
  const config = configOf(file);
  for (const [name, { repository, tag }] of Object.entries(images)) {
    const digest = await digestFor({ repository, tag });
    expect(config).toMatchObject({ thirdPartyImages: { [name]: { repository, tag, digest } } });
  }
  const comments = readFileSync(committed, "utf8").match(/^ *#.*$/gm) ?? [];
  expect(comments.length).toBeGreaterThan(5);
  for (const comment of comments) expect(readFileSync(file, "utf8")).toContain(comment.trim());
  const once = readFileSync(file, "utf8");
  await pinDigests(file, quiet, digestFor);
  expect(readFileSync(file, "utf8")).toBe(once);
});

test("a mirror stays one, and an older version of the catalog's own gives way", async () => {
  const file = copy("Pulumi.mirror.yaml");
  await pinDigests(file, quiet, digestFor);
  const changed = readFileSync(file, "utf8")
    .replace(images.zipkin.repository, "mirror.example/zipkin")
    .replace(`tag: ${images.redis.tag}`, "tag: 7.0.0");
  expect(changed).toContain("7.0.0");
  writeFileSync(file, changed);
  await pinDigests(file, quiet, digestFor);
  const mirrored = { repository: "mirror.example/zipkin", tag: images.zipkin.tag };
  expect(configOf(file)).toMatchObject({
    thirdPartyImages: {
      zipkin: { ...mirrored, digest: await digestFor(mirrored) },
      redis: { tag: images.redis.tag },
    },
  });
});

test("nothing is written while one registry does not tell, and each that does not is named", async () => {
  const file = copy("Pulumi.silent.yaml");
  const ask = async (image: ImageVersion) => {
    if (/redis/.test(image.repository)) throw new Error(`${image.repository}: it answers 503`);
    return digestFor(image);
  };
  const pinning = pinDigests(file, quiet, ask);
  await expect(pinning).rejects.toThrow(`${images.redis.repository}: it answers 503`);
  await expect(pinning).rejects.toThrow(`${images["redis-exporter"].repository}: it answers 503`);
  expect(readFileSync(file, "utf8")).toBe(readFileSync(committed, "utf8"));
});
