import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Values that are secrets of the recorded stack: they may be in no summary. */
export const canaries = {
  mail: "canary-of-the-mail-account",
  database: "canary-of-the-database",
};

type Config = Readonly<Record<string, unknown>>;

/** A change that somebody proposes: in the configuration of the stack, in the source, or in both. */
export type Case = {
  readonly name: string;
  /** For whoever reads the rendered summary. */
  readonly says: string;
  readonly config?: (before: Config) => Config;
  readonly edit?: (clone: string) => void;
};

export const cases: readonly Case[] = [
  { name: "nothing", says: "Nothing changes." },
  {
    name: "new-service",
    says: "A new topic, and a new service that publishes and consumes it.",
    edit: addService,
  },
  {
    name: "replaces-and-deletes",
    says: "Redis and PostgreSQL move elsewhere, new images are rolled out, one of them by a tag that moves.",
    config: (before) => ({
      ...before,
      images: { from: "registry", registry: "registry.example.com/todo", tag: "sha-2222222222" },
      redis: { engine: "external", host: "redis.example.com", password: canaries.database },
      postgres: {
        engine: "external",
        host: "postgres.example.com",
        admin: { username: "admin", password: canaries.database },
      },
      thirdPartyImages: { zipkin: { repository: "openzipkin/zipkin", tag: "latest" } },
    }),
  },
  {
    name: "shrinks",
    says: "A topic gets fewer partitions and is kept for a shorter time, and its event loses a field.",
    edit: shrinkTopic,
  },
];

function addService(clone: string): void {
  change(clone, "apps/contracts/topics.ts", (text) =>
    put(
      text,
      '  "user-events": {',
      `  comments: {
    partitions: { dev: 3, prod: 6 },
    retentionMs: 7 * dayMs,
    carries: "a comment was written",
  },
`,
    ),
  );
  change(clone, "apps/contracts/events.ts", (text) =>
    put(
      put(
        text,
        "export const userEvent =",
        `export const comment = z.object({
  ...base,
  comment_id: id,
  text: z.string(),
});

`,
      ),
      '  "user-events": {',
      `  comments: {
    schema: comment,
    version: 1,
    noun: "comment",
    verb: { always: "written" },
    subject: (data: z.infer<typeof comment>) => data.comment_id,
  },
`,
    ),
  );
  change(clone, "apps/contracts/services.ts", (text) =>
    put(
      text,
      "  web: service({",
      `  comments: service({
    port: 8006,
    publicPaths: ["/comments"],
    publishes: ["comments"],
    subscribes: { comments: "transactional" },
    invokes: {},
    state: false,
    database: true,
    env: ["DATABASE_URL"],
  }),
`,
    ),
  );
  change(clone, "apps/comments/main.ts", () => "// What it does is not asked by a preview.\n");
}

function shrinkTopic(clone: string): void {
  change(clone, "apps/contracts/topics.ts", (text) =>
    text.replace(
      "partitions: { dev: 3, prod: 12 },\n    retentionMs: 7",
      "partitions: { dev: 1, prod: 6 },\n    retentionMs: 1",
    ),
  );
  change(clone, "apps/contracts/events.ts", (text) =>
    text.replace("  version: z.int().positive(),\n  task_data", "  task_data"),
  );
}

/** Text before a place that must be there. */
function put(text: string, before: string, what: string): string {
  if (!text.includes(before)) throw new Error(`nowhere in the file: ${before}`);
  return text.replace(before, () => `${what}${before}`);
}

function change(clone: string, file: string, by: (text: string) => string): void {
  const path = join(clone, file);
  mkdirSync(dirname(path), { recursive: true });
  let before = "";
  try {
    before = readFileSync(path, "utf8");
  } catch {
    // A file that the case adds.
  }
  const after = by(before);
  if (after === before) throw new Error(`${file}: the case changes nothing`);
  writeFileSync(path, after);
}
