import { expect, test } from "vitest";
import type { DeadLetter } from "#commands/events/dead-letters.ts";
import { findingsOfLag, findingsOfLetters } from "./events.ts";

const lag = (partition: number, records: number) => ({
  ...{ app: "audit", topic: "task-events", partition, lag: records },
});

test("a consumer far behind is broken, over all partitions, with the command that tells more", () => {
  const [finding, ...others] = findingsOfLag([lag(0, 700), lag(1, 600)], " -s dev …");
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    severity: "broken",
    about: "Consumer audit",
    fault: "1300 events of task-events wait for it",
  });
  expect(finding?.remedy).toContain("npm run events -- lag -s dev …");
});

test("a consumer that is a little behind is well", () => {
  expect(findingsOfLag([lag(0, 500), lag(1, 500)], "")).toEqual([]);
});

test("dead letters are told once a subscription, with the last error and what to do", () => {
  const letter = (error: string) =>
    ({
      ...{ deadLetterTopic: "task-events.audit.dlq", consumer: "audit", topic: "task-events" },
      error,
    }) as unknown as DeadLetter;
  const [finding, ...others] = findingsOfLetters([letter("first"), letter("last")], "");
  expect(others).toEqual([]);
  expect(finding?.fault).toBe("2 dead letters of task-events; the last one: last");
  expect(finding?.remedy).toContain("dlq list --app audit --topic task-events");
  expect(finding?.remedy).toContain("dlq redrive --all");
});
