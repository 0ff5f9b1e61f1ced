import { expect, test } from "vitest";
import { unprivilegedUser } from "./unprivileged.ts";

const users = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n";

test("a user other than root runs PostgreSQL as itself", () => {
  expect(unprivilegedUser(1000, () => users)).toBeUndefined();
});

test("root prefers the user postgres and falls back to nobody", () => {
  const postgres = { name: "postgres", uid: 101, gid: 104 };
  expect(unprivilegedUser(0, () => `${users}postgres:x:101:104::/:/bin/sh\n`)).toEqual(postgres);
  expect(unprivilegedUser(0, () => users)).toMatchObject({ name: "nobody", uid: 65_534 });
});
