import { expect, test } from "vitest";
import { missingBackup } from "./backups.ts";

const own = { engine: "cloudnative-pg" } as const;
const external = { engine: "external", host: "db", port: 5_432, database: "todo" } as const;
const backup = { destination: "s3://todo/backups", retentionDays: 30 };

test("a stack in production whose PostgreSQL is not backed up is told, with the command", () => {
  const [told, ...more] = missingBackup({ size: "prod", postgres: own });
  expect(told).toContain("PostgreSQL has no backup: postgres.backup is not set");
  expect(told).toContain("config set --path postgres.backup.destination");
  expect(more).toEqual([]);
});

test.each([
  ["with a backup", "prod", { ...own, backup }],
  ["for trying out", "dev", own],
  ["whose PostgreSQL others run", "prod", external],
] as const)("a stack %s is told nothing", (_, size, postgres) => {
  expect(missingBackup({ size, postgres: postgres as never })).toEqual([]);
});
