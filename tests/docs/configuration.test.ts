import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readConfig } from "#stacks/config.ts";
import { blocksOf, commandsOf, guides, root } from "./documents.ts";

type Values = Readonly<Record<string, unknown>>;
type Assignment = { readonly path: readonly string[]; readonly value: unknown };

const configurationIn = (text: string): Values => {
  const read = parse(text) as { config?: Values } & Values;
  return Object.fromEntries(
    Object.entries(read.config ?? read).map(([key, value]) => [
      key.replace(/^todo-evolution:/, ""),
      value,
    ]),
  );
};
const stackFile = (name: string): Values =>
  configurationIn(readFileSync(join(root, `Pulumi.${name}.yaml`), "utf8"));

/** Keys that go together, of which a command sets one. */
const pairs = {
  mail: { host: "smtp.example.com", from: "todo@example.com", username: "todo", password: "x" },
  oidc: { issuer: "https://login.example.com", audience: "todo" },
};
const prod = { ...stackFile("prod"), ...pairs };
const inCluster = {
  kafka: { engine: "strimzi" },
  postgres: {
    engine: "cloudnative-pg",
    backup: { destination: "s3://backups/todo" },
    restore: { from: "postgres" },
  },
  redis: { engine: "cluster" },
  secrets: { store: "kubernetes" },
};
const cloud = (kind: string, cluster: object) => ({
  ...{ ...prod, ...inCluster, postgres: { engine: "cloudnative-pg" } },
  cluster: { kind, allowedRanges: ["203.0.113.0/24"], ...cluster },
});

const password = "x";
const local = {
  ...stackFile("local"),
  external: { kafka: { password }, postgres: { password }, redis: { password } },
};
/** Stacks of the kinds that the guides speak of, to which something is added. */
const stacks: readonly Values[] = [
  stackFile("dev"),
  { ...stackFile("dev"), cluster: { kind: "existing" }, ingress: { enabled: false } },
  prod,
  { ...prod, ...inCluster },
  { ...cloud("gke", { project: "todo-1234" }), kafka: { engine: "google-managed-kafka" } },
  cloud("oke", { tenancyId: "ocid1.tenancy.oc1..a", compartmentId: "ocid1.compartment.oc1..a" }),
];

/** What the program says of a configuration; nothing when it takes it. */
function faultsOf(values: Values): string[] {
  const given = Object.entries(values).map(([key, value]) => [
    `todo-evolution:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  try {
    readConfig(Object.fromEntries(given));
    return [];
  } catch (error) {
    return (error as Error).message.split("\n");
  }
}

/** Faults of what is below a first key; others are not of that command's making. */
const faultsAbout = (first: string, values: Values): string[] =>
  faultsOf(values).filter((fault) => {
    const named = /configuration key ([\w-]+)/i.exec(fault)?.[1];
    return named === undefined || named === first;
  });

/** The least that is wrong on any of these stacks. */
const leastFaults = (on: readonly Values[], faults: (stack: Values) => string[]): string[] =>
  on.map(faults).reduce((least, one) => (one.length < least.length ? one : least));

/** What is wrong with what a command sets, on the stack that it fits best. */
const faultsIn = (command: string): string[] =>
  assignmentsIn(command).flatMap(({ path, value }) =>
    leastFaults(/npm run pulumi/.test(command) ? [local] : stacks, (stack) =>
      faultsAbout(path[0] ?? "", put(stack, path, value)),
    ),
  );

/** What a person fills in. */
const filledIn = (text: string): string =>
  text.replaceAll(/<object id[^>]*>/g, "00000000-0000-4000-8000-000000000000");

test.each(guides)("the configurations of $path are ones that the program takes", ({ text }) => {
  for (const block of blocksOf(text, "yaml").filter((one) => one.includes("todo-evolution:"))) {
    const values = configurationIn(filledIn(block));
    const isWhole = "target" in values;
    const faults = leastFaults(stacks, (stack) =>
      faultsOf(isWhole ? values : { ...stack, ...values }),
    );
    expect(faults, block).toEqual([]);
  }
});

test.each(guides)("each key that $path sets by a command is one of the program", ({ text }) => {
  for (const command of commandsOf(text)) expect(faultsIn(command), command).toEqual([]);
});

describe("a command", () => {
  test("with a key that there is not is told", () => {
    expect(faultsIn("pulumi config set --path platform.operator.keda none -s dev")).toEqual([
      expect.stringContaining("Unknown configuration key platform.operator."),
    ]);
    expect(faultsIn("npm run pulumi -- config set logLevels debug")).toEqual([
      expect.stringContaining("Unknown configuration key logLevels."),
    ]);
  });

  test("with a value that does not fit is told", () => {
    expect(faultsIn("pulumi config set --path redis.engine memcached -s prod")).toEqual([
      expect.stringContaining("Configuration key redis.engine"),
    ]);
  });

  test("that asks for its value has one", () => {
    expect(assignmentsIn("pulumi config set --secret --path mail.password -s prod")).toEqual([
      { path: ["mail", "password"], value: "given" },
    ]);
  });
});

/** What `pulumi config set` of a line sets; with `--path` numbers and truth are no text. */
function assignmentsIn(command: string): Assignment[] {
  return [...command.matchAll(/pulumi (?:-- )?config set ([^#;&]*)/g)].flatMap(([, words = ""]) => {
    const all = [...words.matchAll(/'([^']*)'|(\S+)/g)].map(([word, quoted]) => quoted ?? word);
    const isPath = all.includes("--path");
    const rest = all.filter(
      (word, at) => !/^-/.test(word) && !/^(-s|--stack)$/.test(all[at - 1] ?? ""),
    );
    const [key, value = "given"] = rest;
    // `config set …` within a sentence.
    if (key === undefined || key === "…") return [];
    const path = isPath ? key.replaceAll(/\[(\d+)\]/g, ".$1").split(".") : [key];
    return [{ path, value: isPath ? plain(value) : structured(value) }];
  });
}

const plain = (value: string): unknown =>
  /^(\d+|true|false)$/.test(value) ? JSON.parse(value) : value;
const structured = (value: string): unknown => (/^[[{]/.test(value) ? JSON.parse(value) : value);

/** The same with one key set, however deep it is. */
function put(values: unknown, [first, ...rest]: readonly string[], value: unknown): Values {
  if (first === undefined) return values as Values;
  const isIndex = /^\d+$/.test(first);
  const inner = (values as Values | undefined)?.[first];
  const set = rest.length > 0 ? put(inner, rest, value) : value;
  if (isIndex) return [set] as unknown as Values;
  return { ...(values as Values), [first]: set };
}
