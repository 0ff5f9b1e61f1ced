import type { GitHub } from "./github.ts";

type Comment = {
  readonly id: number;
  readonly body?: string;
  readonly user?: { readonly type?: string } | null;
};

/**
 * Writes the one comment of a pull request that begins with this marker: changes it where it is,
 * or adds it. A comment of a person that begins so is left alone.
 */
export async function writeComment(
  github: GitHub,
  { number, marker, text }: { number: number; marker: string; text: string },
): Promise<"added" | "changed" | "unchanged"> {
  const comments = await github.all<Comment>(`/issues/${number}/comments`);
  const own = comments.find(({ body, user }) => user?.type === "Bot" && body?.startsWith(marker));
  if (own === undefined) {
    await github.ask("POST", `/issues/${number}/comments`, { body: text });
    return "added";
  }
  // GitHub keeps a text without what is blank at its end.
  if (own.body?.trim() === text.trim()) return "unchanged";
  await github.ask("PATCH", `/issues/comments/${own.id}`, { body: text });
  return "changed";
}
