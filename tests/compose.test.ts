import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { imageOf } from "#components/images.ts";
import { composePasswords } from "#stacks/env-file.ts";
import { externalServices } from "#stacks/external-services.ts";

type Service = {
  readonly image: string;
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[]; readonly retries: number };
};

const root = join(import.meta.dirname, "..");
const text = readFileSync(join(root, "compose.yaml"), "utf8");
const services = Object.entries<Service>(parse(text, { merge: true }).services);

describe.each(services)("%s of compose.yaml", (_name, { image, ports = [], healthcheck }) => {
  test("runs a version of an image", () => {
    expect(image).toMatch(/^[a-z.]+\.[a-z]+\/.+:v?\d+\.\d+/);
  });

  test("is reached from this machine alone", () => {
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test("says when it is up", () => {
    expect(healthcheck?.test.length).toBeGreaterThan(1);
    expect(healthcheck?.retries).toBeGreaterThan(0);
  });
});

test("its versions are those of a cluster, where that runs the same", () => {
  const images = services.map(([, { image }]) => image);
  for (const name of ["redis", "zipkin", "redpanda-console"] as const) {
    expect(images).toContain(imageOf(name));
  }
});

test("its ports are what the local stack asks at unless it is told otherwise", () => {
  const password = "x";
  const { kafka, postgres, redis, zipkin, mail } = externalServices.parse({
    kafka: { password },
    postgres: { password },
    redis: { password },
  });
  const published = services.flatMap(([, { ports = [] }]) =>
    ports.map((port) => port.split(":").slice(0, 2).join(":")),
  );
  const asked = [
    ...kafka.brokers,
    ...[postgres, redis, mail].map(({ host, port }) => `${host}:${port}`),
    ...[zipkin, mail.page ?? ""].map((url) => new URL(url).host),
  ];
  expect(published).toEqual(expect.arrayContaining(asked));
  // The broker tells clients where it is: that must be the published address.
  expect(text).toContain(`machine://${kafka.brokers[0]}`);
});

test("no password is in it: all come from .env, which git ignores and npm run compose makes", () => {
  const wanted = [...text.matchAll(/\$\{(\w+)(:\?[^}]*)?\}/g)];
  expect(new Set(wanted.map(([, name]) => name))).toEqual(new Set(Object.keys(composePasswords)));
  for (const [whole, , remedy] of wanted) expect(remedy, whole).toContain("npm run compose");
  const secret = /pass|secret|bootstrap_user|cli_?auth/i;
  for (const [name, { environment = {} }] of services) {
    for (const [key, value] of Object.entries(environment)) {
      if (secret.test(key)) expect(value, `${name} ${key}`).toMatch(/\$\{\w+_PASSWORD:\?/);
    }
  }
  expect(readFileSync(join(root, ".gitignore"), "utf8").split("\n")).toContain(".env");
});
