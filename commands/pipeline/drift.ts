import { changesOf } from "#commands/preview-summary/changes.ts";
import type { Preview } from "#commands/preview-summary/preview.ts";
import type { GitHub } from "./github.ts";

/** By which the one issue about drift is found again. */
export const driftMarker = "<!-- todo-evolution: drift -->";
export const driftTitle = "What stands differs from what the stacks say";

/** Stacks of which `pulumi up` would change something though nobody proposed it, or that cannot be read. */
export const drifted = (previews: readonly Preview[]): string[] =>
  previews
    .filter((it) => changesOf(it).length > 0 || it.faults.length > 0 || !it.isWhole)
    .map(({ stack }) => stack);

type Issue = {
  readonly number: number;
  readonly body?: string | null;
  readonly user?: { readonly type?: string } | null;
  readonly pull_request?: object;
};

/**
 * Keeps one issue about drift: opens it, writes what there is now into it, or closes it when all
 * stacks are as they should be. `text` is `undefined` then.
 */
export async function keepDriftIssue(
  github: GitHub,
  text: string | undefined,
): Promise<"opened" | "updated" | "closed" | "nothing to do"> {
  const issues = await github.all<Issue>("/issues?state=open");
  const own = issues.find(
    ({ body, user, pull_request }) =>
      !pull_request && user?.type === "Bot" && body?.startsWith(driftMarker),
  );
  if (text === undefined) {
    if (!own) return "nothing to do";
    const body = "All stacks are as they should be again.";
    await github.ask("POST", `/issues/${own.number}/comments`, { body });
    await github.ask("PATCH", `/issues/${own.number}`, { state: "closed" });
    return "closed";
  }
  const body = `${driftMarker}\n${text}`;
  if (own) await github.ask("PATCH", `/issues/${own.number}`, { body });
  else await github.ask("POST", "/issues", { title: driftTitle, body });
  return own ? "updated" : "opened";
}
