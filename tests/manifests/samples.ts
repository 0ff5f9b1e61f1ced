import * as pulumi from "@pulumi/pulumi";
import type { StackSize } from "#apps/contracts/topics.ts";
import { canary } from "#commands/render/choices.ts";
import type { Place } from "#components/place.ts";

/** A password that shows where it comes to light. */
export const password = (name: string): pulumi.Output<string> => pulumi.secret(`${canary}-${name}`);

/** A place of this size; prod has all that a place can ask for. */
export const placeOf = (size: StackSize): Place => ({
  namespace: "todo",
  size,
  storageClass: size === "prod" ? "fast" : undefined,
  zones: size === "prod",
  keepData: size === "prod",
});
