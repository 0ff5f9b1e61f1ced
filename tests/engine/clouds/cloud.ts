import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hashOf } from "#infra/host/provider/hash.ts";

/** Something that stands in a cloud. */
export type Standing = {
  readonly id: string;
  /** As `gcp:compute/network:Network`. */
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
};

export type Cloud = ReturnType<typeof openCloud>;

/** What stands in the clouds, a file for each thing: every provider of every stack sees the same. */
export function openCloud(folder: string) {
  mkdirSync(folder, { recursive: true });
  const fileOf = (id: string): string => join(folder, `${hashOf(id)}.json`);
  const read = (file: string): Standing | undefined => {
    try {
      return JSON.parse(readFileSync(file, "utf8")) as Standing;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  };
  const all = (): Standing[] =>
    readdirSync(folder)
      .filter((file) => file.endsWith(".json"))
      .flatMap((file) => read(join(folder, file)) ?? []);
  return {
    all,
    get: (id: string) => read(fileOf(id)),
    put: (one: Standing): void => {
      // Whole or not at all: others read while it is written, and engines are killed.
      const draft = `${fileOf(one.id)}.${process.pid}`;
      writeFileSync(draft, JSON.stringify(one));
      renameSync(draft, fileOf(one.id));
    },
    remove: (id: string): void => rmSync(fileOf(id), { force: true }),
    /** What refers to it by its id, which a cloud would not leave without it. */
    usersOf: (id: string): Standing[] =>
      all().filter((one) => one.id !== id && JSON.stringify(one.inputs).includes(`"${id}"`)),
  };
}
