import { expect, test } from "vitest";
import { atLeast, parseJavaVersion, parseVersion } from "./versions.ts";

test.each([
  ["v3.255.0", "3.255.0"],
  ["1.16.5", "1.16.5"],
  ["Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0", "7.0.15"],
  ["postgres (PostgreSQL) 18.4", "18.4"],
  ["postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "15.18"],
  ["go1.26.8", "1.26.8"],
  ["edge", undefined],
  ["", undefined],
])("the version in %j is %j", (text, version) => {
  expect(parseVersion(text)).toBe(version);
});

test.each([
  ['openjdk version "17.0.15" 2025-04-15', "17.0.15"],
  ['java version "1.8.0_402"', "8.0_402"],
  ['openjdk version "21" 2023-09-19', "21"],
  ['"24-ea"', "24"],
  ["", undefined],
])("the Java version in %j is %j", (text, version) => {
  expect(parseJavaVersion(text)).toBe(version);
});

test("versions compare by number, part by part", () => {
  expect(atLeast("3.200.0", "3.99")).toBe(true);
  expect(atLeast("18", "18.0.0")).toBe(true);
  expect(atLeast("6.0.16", "6.2")).toBe(false);
  expect(atLeast("1.16.9", "1.17")).toBe(false);
});
