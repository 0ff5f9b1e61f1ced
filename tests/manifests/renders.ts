import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { StackSize } from "#apps/contracts/topics.ts";
import { choices } from "#commands/render/choices.ts";
import {
  chartsOf,
  type KubernetesObject,
  objectsOf,
  type RenderedChart,
  type RenderedObject,
} from "#commands/render/objects.ts";
import { recordStack } from "#commands/render/stack.ts";
import { type Recorded, record } from "#components/recording.ts";
import { type CloudChoice, factors, recordCloudStack } from "../clouds/stacks.ts";
import { alone } from "./alone.ts";
import { pairwise } from "./pairwise.ts";

/** What one program gives birth to. */
export type Render = {
  /** As `service, prod` or `stack dev minikube strimzi cluster`. */
  readonly name: string;
  readonly objects: readonly RenderedObject[];
  readonly charts: readonly RenderedChart[];
  /** Why the program ended early. */
  readonly failure?: string;
};

/** An object that one or more renders have, with the same content. */
export type DistinctObject = {
  readonly object: KubernetesObject;
  readonly component: string;
  /** The first render that has it. */
  readonly render: string;
};

const sizes: readonly StackSize[] = ["dev", "prod"];

/** Those with which the clouds are tried elsewhere, and what each runs, all of it. */
const cloudChoices: readonly CloudChoice[] = [
  ...(pairwise(factors) as CloudChoice[]),
  ...["gke", "oke"].map((cluster) => ({ cluster, kafka: "managed", data: "managed" })),
];

const inCloud = async (choice: CloudChoice): Promise<readonly Recorded[]> =>
  (await recordCloudStack(choice)).resources;

/** Every component alone in both sizes, and whole stacks in which each two choices meet. */
export async function allRenders(): Promise<Render[]> {
  const programs = [
    ...Object.entries(alone).flatMap(([name, program]) =>
      sizes.map((size) => [`${name}, ${size}`, () => record(() => program(size))] as const),
    ),
    ...pairwise(choices).map(
      (choice) => [`stack ${Object.values(choice).join(" ")}`, () => recordStack(choice)] as const,
    ),
    ...cloudChoices.map(
      (choice) => [`stack prod ${Object.values(choice).join(" ")}`, () => inCloud(choice)] as const,
    ),
  ];
  const renders: Render[] = [];
  // What fails where nobody awaits it is a failure too, but no longer says whose.
  const stray = (error: unknown): number => renders.push(failed("something not awaited", error));
  process.on("unhandledRejection", stray);
  // One after the other: there is one recorder in a process.
  for (const [name, run] of programs) renders.push(await renderOf(name, run));
  await setImmediate();
  process.off("unhandledRejection", stray);
  return renders;
}

async function renderOf(name: string, run: () => Promise<readonly Recorded[]>): Promise<Render> {
  try {
    const resources = await run();
    return { name, objects: objectsOf(resources), charts: chartsOf(resources) };
  } catch (error) {
    return failed(name, error);
  }
}

const failed = (name: string, error: unknown): Render => ({
  name,
  objects: [],
  charts: [],
  failure: (error as Error).stack ?? String(error),
});

/** The objects of all renders, those that are equal only once. */
export function distinct(renders: readonly Render[]): DistinctObject[] {
  const found = new Map<string, DistinctObject>();
  for (const { name, objects } of renders) {
    for (const { component, object } of objects) {
      const hash = createHash("sha256").update(JSON.stringify(object)).digest("hex");
      if (!found.has(hash)) found.set(hash, { object, component, render: name });
    }
  }
  return [...found.values()];
}
