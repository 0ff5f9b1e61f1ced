import { createHash } from "node:crypto";

const mostNames = 400;
const names = new Map<string, string>();

/**
 * The name under which a connection keeps a statement parsed and planned, the same for the same
 * text; a service has few texts and sends them again and again. Undefined for the texts beyond
 * those that a server should keep: it takes them apart each time, as it does with any without one.
 */
export function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= mostNames) return known;
  const name = createHash("sha1").update(text).digest("base64url").slice(0, 20);
  names.set(text, name);
  return name;
}
