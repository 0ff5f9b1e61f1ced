import { beforeAll, describe, expect, test } from "vitest";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import type { Choice } from "#commands/render/choices.ts";
import { type KubernetesObject, objectsOf } from "#commands/render/objects.ts";
import { recordStack } from "#commands/render/stack.ts";
import { imageOf } from "#components/images.ts";
import { busyTimeoutMs } from "../clouds/stacks.ts";
import { commandsOf, guides } from "./documents.ts";

/** Between them they have every part of a cluster that the guides name. */
const choices: readonly Choice[] = [
  { stack: "prod", cluster: "existing", kafka: "strimzi", data: "cluster" },
  { stack: "dev", cluster: "existing", kafka: "redpanda", data: "external" },
];
let objects: readonly KubernetesObject[] = [];

beforeAll(async () => {
  for (const choice of choices) {
    const resources = await recordStack(choice);
    objects = [...objects, ...objectsOf(resources).map(({ object }) => object)];
  }
}, busyTimeoutMs);

const shortNames: Readonly<Record<string, string>> = { deploy: "deployment", svc: "service" };
/** What operators and Kubernetes itself make of our objects. */
const madeByOthers = ["pod", "node", "event", "pvc", "certificate", "order", "challenge"];
/** With `postgres.backup`, which these stacks do without. */
const ofBackups = ["backup", "scheduledbackup"];
const unseen = [...madeByOthers, ...ofBackups];

/** Everything of the namespace of the services that a line would have kubectl ask for and is not there. */
const absentIn = (line: string): string[] =>
  [...line.replace(/ (#|>) .*/, "").matchAll(/kubectl ([^|&;)]*)/g)].flatMap(([, words = ""]) =>
    absent(
      words
        .trim()
        .replace(...asCluster)
        .split(" "),
    ),
  );

/** The Service of a cluster of CloudNativePG is the operator's, and has that cluster's name. */
const asCluster = [/svc\/([\w-]+)-rw\b/, "cluster/$1"] as const;

function absent(words: readonly string[]): string[] {
  if (optionOf(words, "-n") !== "todo") return [];
  const [verb = "", ...rest] = words.filter(
    (word, at) => !word.startsWith("-") && !/^-[a-zA-Z]$/.test(words[at - 1] ?? ""),
  );
  const named = (verb === "rollout" ? rest.slice(1) : rest).filter(isWord);
  const [what = "", ...names] = named;
  const [kinds = "", name] = what.split("/");
  const label = optionOf(words, "-l");
  const wanted = kinds.split(",").filter((kind) => kind !== "" && !unseen.includes(singular(kind)));
  const port = verb === "port-forward" ? Number(names.pop()?.split(":").at(-1)) : undefined;
  return wanted.flatMap((kind) => {
    const all = objects.filter((object) => isOf(kind, object));
    if (label !== undefined) return all.some(hasLabel(label)) ? [] : [`${kind} with ${label}`];
    const asked = name === undefined ? names : [name];
    if (asked.length === 0) return all.length > 0 ? [] : [kind];
    const missing = asked.filter((one) => !all.some(({ metadata }) => metadata.name === one));
    const isOpen =
      port === undefined || all.filter(({ metadata }) => metadata.name === name).some(opens(port));
    return [...missing.map((one) => `${kind} ${one}`), ...(isOpen ? [] : [`${what}:${port}`])];
  });
}

const optionOf = (words: readonly string[], option: string): string | undefined =>
  words[words.indexOf(option) + 1] && words.includes(option)
    ? words[words.indexOf(option) + 1]
    : undefined;
/** Not what a person fills in, nor what an annotation is set to. */
const isWord = (word: string): boolean => /^[\w.,/:-]*\w$/.test(word);
const singular = (kind: string): string => kind.split(".")[0]?.replace(/s$/, "") ?? "";

function isOf(kind: string, object: KubernetesObject): boolean {
  const one = object.kind.toLowerCase();
  const wanted = kind.split(".")[0] ?? "";
  return [one, `${one}s`, `${one}es`].includes(shortNames[wanted] ?? wanted);
}

const hasLabel = (label: string) => (object: KubernetesObject) => {
  const [key = "", value] = label.split("=");
  return (object.metadata.labels as Record<string, string> | undefined)?.[key] === value;
};

/** Whether something listens on a port of it. */
const opens = (port: number) => (object: KubernetesObject) =>
  new RegExp(`"(containerPort|port)":${port}\\b`).test(JSON.stringify(object));

test.each(guides)("what $path has kubectl ask for is made by the program", ({ text }) => {
  for (const line of commandsOf(text)) expect(absentIn(line), line).toEqual([]);
});

describe("a command", () => {
  test.each([
    ["kubectl logs -n todo deploy/backends", "deploy backends"],
    ["kubectl scale deployment -n todo backend audits --replicas=0", "deployment audits"],
    [
      "kubectl get secret -n todo -l app.kubernetes.io/name=gone -o name",
      "secret with app.kubernetes.io/name=gone",
    ],
    ["kubectl port-forward -n todo svc/zipkin 9410 &", "svc/zipkin:9410"],
    ["kubectl delete kafkatopic,kafkacluster -n todo --all", "kafkacluster"],
  ])("%s is told", (line, fault) => {
    expect(absentIn(line)).toEqual([fault]);
  });
});

describe("a copy of the databases", () => {
  const lines = guides.flatMap(({ text }) => commandsOf(text));
  const databases = appIds.filter((appId) => contractOf(appId).database).sort();

  test("has the schema of every service with a database, and of no other", () => {
    const dumps = lines.filter((line) => line.includes("pg_dump ") && line.includes(" -n backend"));
    const schemas = dumps.map((line) =>
      [...(line.split("pg_dump")[1] ?? "").matchAll(/ -n (\w+)/g)].map(([, name]) => name).sort(),
    );
    const drops = lines.flatMap((line) => /drop schema (.*) cascade/.exec(line)?.[1] ?? []);
    const dropped = drops.map((names) => names.split(", ").sort());
    expect([...schemas, ...dropped]).toEqual(Array(4).fill(databases));
  });

  test("is made by the PostgreSQL of the stack", () => {
    const images = lines.flatMap((line) => /--image=(\S+postgresql\S+)/.exec(line)?.[1] ?? []);
    expect(images).toEqual([imageOf("postgres"), imageOf("postgres")]);
  });
});
