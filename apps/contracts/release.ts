import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { stringify } from "yaml";
import { asyncApi } from "./asyncapi.ts";
import { currentSchemas, type JsonSchema, planRelease } from "./released.ts";

/**
 * Writes the schemas of the events to `released/` and the AsyncAPI document to
 * `docs/asyncapi.yaml`: `npm run release`. A change that
 * breaks consumers is refused until the event's version in events.ts is raised; the new version
 * then gets a file of its own, and the old file stays for the events that are still in the topic.
 */
const folder = new URL("./released/", import.meta.url);

const released = new Map<string, JsonSchema>(
  readdirSync(folder).map((name) => [
    name,
    JSON.parse(readFileSync(new URL(name, folder), "utf8")),
  ]),
);
const documentFile = new URL("../../docs/asyncapi.yaml", import.meta.url);
const { writes, refusals } = planRelease(released, currentSchemas());

if (refusals.length) {
  for (const refusal of refusals) console.error(`release: ${refusal}`);
  console.error("release: nothing written; raise `version` in events.ts, or take the change back");
  process.exitCode = 1;
} else {
  writeFileSync(documentFile, documentText());
  for (const [name, schema] of writes) {
    writeFileSync(new URL(name, folder), `${JSON.stringify(schema, null, 2)}\n`);
    console.log(`released ${name}`);
  }
  if (writes.size === 0) console.log("released schemas are up to date");
}

/** The document as it is committed. */
function documentText(): string {
  const head = "# Made of apps/contracts by `npm run release`; not to be edited here.\n";
  return head + stringify(asyncApi(), { lineWidth: 100, aliasDuplicateObjects: false });
}
