import { describe, expect, test } from "vitest";
import { readPreview } from "#commands/preview-summary/preview.ts";
import { writeComment } from "./comment.ts";
import { drifted, driftMarker, keepDriftIssue } from "./drift.ts";
import { openGitHub, placeIn } from "./github.ts";
import { type Asked, standIn } from "./testing/stand-in.ts";

const marker = "<!-- ours -->";
const bot = { type: "Bot" };
const open = (apiUrl: string) => openGitHub({ apiUrl, repository: "acme/todo", token: "t0ken" });
const told = (asked: readonly Asked[]) => asked.map(({ method, path }) => `${method} ${path}`);

describe("the one comment of a pull request", () => {
  const write = async (comments: object[], text = `${marker}\nnew`) => {
    await using server = await standIn(({ method, path }) => ({
      body: method === "GET" && path.includes("page=1") ? comments : [],
    }));
    const done = await writeComment(open(server.url), { number: 7, marker, text });
    return { done, asked: server.asked.slice(1) };
  };

  test("is added where there is none", async () => {
    const { done, asked } = await write([{ id: 1, body: "Looks good", user: bot }]);
    expect(done).toBe("added");
    expect(told(asked)).toEqual(["POST /repos/acme/todo/issues/7/comments"]);
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({ body: `${marker}\nnew` });
    expect(asked[0]?.headers.authorization).toBe("Bearer t0ken");
  });

  test("is changed where it is", async () => {
    const comments = [
      { id: 1, body: `${marker}\nof a person`, user: { type: "User" } },
      { id: 2, body: `${marker}\nold`, user: bot },
    ];
    const { done, asked } = await write(comments);
    expect(done).toBe("changed");
    expect(told(asked)).toEqual(["PATCH /repos/acme/todo/issues/comments/2"]);
  });

  test("is left alone when it says the same", async () => {
    const { done, asked } = await write(
      [{ id: 2, body: `${marker}\nnew`, user: bot }],
      `${marker}\nnew\n`,
    );
    expect(done).toBe("unchanged");
    expect(asked).toEqual([]);
  });

  test("is found behind a hundred others", async () => {
    const page = Array.from({ length: 100 }, (_, id) => ({ id, body: "", user: bot }));
    await using server = await standIn(({ path }) => ({
      body: path.endsWith("&page=1")
        ? page
        : path.endsWith("&page=2")
          ? [{ id: 500, body: marker, user: bot }]
          : {},
    }));
    const text = `${marker}\nnew`;
    expect(await writeComment(open(server.url), { number: 7, marker, text })).toBe("changed");
    expect(told(server.asked).at(-1)).toBe("PATCH /repos/acme/todo/issues/comments/500");
  });
});

describe("the issue about drift", () => {
  const keep = async (issues: object[], text: string | undefined) => {
    await using server = await standIn(({ method }) => ({ body: method === "GET" ? issues : {} }));
    const done = await keepDriftIssue(open(server.url), text);
    return { done, asked: server.asked.slice(1) };
  };
  const own = { number: 3, body: `${driftMarker}\nold`, user: bot };

  test("is opened, updated and closed, and is never two", async () => {
    const others = [
      { number: 1, body: "a bug", user: bot },
      { ...own, pull_request: {} },
      { ...own, user: { type: "User" } },
    ];
    const opened = await keep(others, "new");
    expect(opened.done).toBe("opened");
    expect(JSON.parse(opened.asked[0]?.body ?? "").body).toBe(`${driftMarker}\nnew`);
    const updated = await keep([own], "new");
    expect([updated.done, ...told(updated.asked)]).toEqual([
      ...["updated", "PATCH /repos/acme/todo/issues/3"],
    ]);
    const closed = await keep([own], undefined);
    expect(closed.done).toBe("closed");
    expect(JSON.parse(closed.asked.at(-1)?.body ?? "")).toEqual({ state: "closed" });
    expect((await keep([], undefined)).done).toBe("nothing to do");
  });

  test("is about stacks that would change, cannot be read or did not come to an end", () => {
    const log = (...events: object[]) =>
      events.map((it) => JSON.stringify({ timestamp: 0, ...it })).join("\n");
    const end = { summaryEvent: {} };
    const urn = "urn:pulumi:a::todo::kubernetes:core/v1:Service::b";
    const metadata = {
      op: "update",
      urn,
      type: "kubernetes:core/v1:Service",
      new: { custom: true },
    };
    const previews = [
      readPreview("as it should be", log(end)),
      readPreview("changed", log({ resourcePreEvent: { metadata } }, end)),
      readPreview("failed", log({ diagnosticEvent: { severity: "error", message: "no" } }, end)),
      readPreview("cut off", log({ preludeEvent: {} })),
    ];
    expect(drifted(previews)).toEqual(["changed", "failed", "cut off"]);
  });
});

describe("GitHub's API", () => {
  test("says what it was asked when it refuses, and not the token", async () => {
    await using server = await standIn(() => ({ status: 403, body: { message: "not for you" } }));
    const asking = open(server.url).ask("GET", "/issues");
    await expect(asking).rejects.toThrow(/answered 403 to GET \/issues: .*not for you/);
    await expect(asking).rejects.not.toThrow(/t0ken/);
  });

  test.each<[NodeJS.ProcessEnv, RegExp]>([
    [{}, /GITHUB_REPOSITORY is not set/],
    [{ GITHUB_REPOSITORY: "acme/todo" }, /GITHUB_TOKEN is not set/],
    [{ GITHUB_REPOSITORY: "acme/todo/../../x", GITHUB_TOKEN: "t" }, /not owner\/name/],
  ])("is not opened with %j", (environment, fault) => {
    expect(() => placeIn(environment)).toThrow(fault);
  });
});
