import { expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { withEnvFile } from "./env-file.ts";

const env = {
  LOCAL_STACK_SERVICES: "external",
  KAFKA_PASSWORD: "of kafka",
  POSTGRES_PASSWORD: "of postgres",
  REDIS_PASSWORD: "of redis",
};
const read = (values: Record<string, string>, file: Record<string, string> = env) =>
  readConfig(
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [`todo-evolution:${key}`, value]),
    ),
    file,
  );

test("servers and passwords of .env are those of a local stack whose configuration says nothing", () => {
  expect(read({ target: "local" })).toMatchObject({
    services: "external",
    external: {
      kafka: { brokers: ["127.0.0.1:17092"], password: "of kafka" },
      postgres: { port: 17_432, password: "of postgres" },
      redis: { port: 17_379, password: "of redis" },
    },
  });
  expect(read({ target: "local" }, {})).toMatchObject({ services: "own" });
  const { LOCAL_STACK_SERVICES: _, ...passwords } = env;
  expect(read({ target: "local" }, passwords)).toMatchObject({ services: "own" });
});

test("what the configuration says counts", () => {
  expect(read({ target: "local", services: "own" })).toMatchObject({ services: "own" });
  const external = JSON.stringify({ kafka: { password: "another" }, redis: { port: 1234 } });
  expect(read({ target: "local", external })).toMatchObject({
    external: { kafka: { password: "another" }, redis: { port: 1234, password: "of redis" } },
  });
});

test("a password that neither has is asked for, and a wrong line is refused", () => {
  const { REDIS_PASSWORD: _, ...others } = env;
  expect(() => read({ target: "local" }, others)).toThrow("external.redis.password is not set");
  expect(() => read({ target: "local" }, { LOCAL_STACK_SERVICES: "docker" })).toThrow(
    'services is "docker"',
  );
});

test("a stack elsewhere is none of its business", () => {
  expect(withEnvFile({ target: "kubernetes" }, env)).toEqual({ target: "kubernetes" });
});
