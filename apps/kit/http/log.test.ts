import { expect, test } from "vitest";
import { createLog, redacted } from "./log.ts";

function lines(write: (log: ReturnType<typeof createLog>) => void) {
  const written: string[] = [];
  write(createLog("backend", "trace", { write: (line: string) => written.push(line) }));
  return written;
}

test("a line is JSON with the app, its level as a word, and the time in RFC 3339", () => {
  const [line = ""] = lines((log) => log.warn({ lane: 3 }, "waits"));
  expect(JSON.parse(line)).toEqual({
    app: "backend",
    level: "warn",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    lane: 3,
    msg: "waits",
  });
});

test.each(redacted)("%s is not in it, at the top, one below, or given to a child", (name) => {
  const written = lines((log) => {
    log.info({ [name]: "canary" }, "top");
    log.info({ inside: { [name]: "canary" } }, "below");
    log.child({ [name]: "canary" }).info("child");
  });
  expect(written).toHaveLength(3);
  for (const line of written) {
    expect(line).toContain("[redacted]");
    expect(line).not.toContain("canary");
  }
});
