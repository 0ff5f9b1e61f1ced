import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, openAsBlob, readFileSync, renameSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PGlite } from "@electric-sql/pglite";

/**
 * A PostgreSQL with nothing in it, inside this process. The first one of a version is made by
 * initdb, which takes seconds of processor time, and kept among the packages; all others begin with
 * a copy of it.
 */
export async function blankServer(): Promise<PGlite> {
  const kept = keptAt();
  if (existsSync(kept)) return PGlite.create({ loadDataDir: await openAsBlob(kept) });
  const server = await PGlite.create();
  const unfinished = `${kept}.${randomUUID()}`;
  mkdirSync(dirname(kept), { recursive: true });
  await writeFile(unfinished, (await server.dumpDataDir("none")).stream());
  // Whole or not at all: other files of tests do the same at the same time.
  renameSync(unfinished, kept);
  return server;
}

function keptAt(): string {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve("@electric-sql/pglite")),
    "..",
  );
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return join(folder, "..", "..", ".cache", "todo-evolution", `pglite-${version}.tar`);
}
