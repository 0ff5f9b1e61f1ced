import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { type Recorded, record } from "#components/recording.ts";
import { contentOf } from "./content.ts";
import { type BuiltImages, ServiceImages, type ServiceImagesArgs } from "./service-images.ts";
import { sightOf } from "./sight.ts";

const clone = join(import.meta.dirname, "..", "..");
const base = "base.example/node:24";

async function run(images: ServiceImagesArgs["images"]) {
  let reference = "";
  const recorded = await record(async () => {
    const args = { clone, stackFolder: "/s", names: ["audit"], images };
    const made = new ServiceImages("images", args);
    reference = await new Promise((settle) => made.reference("audit").apply(settle));
    new User("user", made.reference("audit"));
  });
  const find = (type: string, name: string): Recorded | undefined =>
    recorded.find((one) => one.type === type && one.name === name);
  return {
    reference,
    job: find("host:index:Job", "image-audit"),
    user: find("test:index:User", "user"),
    recorded,
  };
}

/** Something that runs an image. */
class User extends pulumi.CustomResource {
  constructor(name: string, image: pulumi.Input<string>) {
    super("test:index:User", name, { image });
  }
}

const built = (delivery: BuiltImages["delivery"]): BuiltImages => ({
  kind: "built",
  base,
  delivery,
});

test("an image that is given is named and not built", async () => {
  const { reference, recorded } = await run({ kind: "given", registry: "r.example", tag: "v1" });
  expect(reference).toBe("r.example/todo-audit:v1");
  expect(recorded.filter(({ type }) => type === "host:index:Job")).toEqual([]);
});

test("an image of this clone has the tag of its content, and is built before it is used", async () => {
  const { tag } = await contentOf(sightOf(clone), "audit", { reference: base });
  const { reference, job, user } = await run(built({ kind: "registry", address: "r.example/x" }));
  expect(reference).toBe(`r.example/x/todo-audit:${tag}`);
  expect(job?.inputs.command.slice(2)).toEqual([
    ...["build", "audit", "--expect-tag", tag, "--base", base, "--push", "r.example/x"],
  ]);
  expect(job?.inputs.triggers).toEqual({ content: tag });
  expect(job?.inputs.inherit).toContain("PATH");
  expect(user?.dependsOn).toContain("host:index:Job::image-audit");
});

test.each<[BuiltImages["delivery"], string[]]>([
  [{ kind: "minikube", profile: "p" }, ["--", "minikube", "--profile", "p", "image", "load"]],
  [{ kind: "command", command: ["a", "b c"] }, ["--", "a", "b c"]],
])("an image for %o is of no registry and handed to a command", async (delivery, words) => {
  const { reference, job } = await run(built(delivery));
  expect(reference).toMatch(/^localhost\/todo-audit:[0-9a-f]{16}$/);
  expect(job?.inputs.command.slice(-words.length)).toEqual(words);
});

test("a base of this machine is made once, before what stands on it", async () => {
  const { job, recorded } = await run({
    ...built({ kind: "minikube", profile: "p" }),
    base: "machine",
  });
  const [made] = recorded.filter(({ name }) => name === "image-base");
  expect(made?.inputs.command.slice(2)).toEqual(["base"]);
  expect(job?.dependsOn).toContain("host:index:Job::image-base");
});

test("an image that nobody asked for is not known", async () => {
  const program = () =>
    record(() => {
      const images = { kind: "given", registry: "r.example", tag: "1" } as const;
      new ServiceImages("i", { clone, stackFolder: "/s", names: ["audit"], images }).reference("x");
    });
  await expect(program()).rejects.toThrow("no image of x: known are audit");
});
