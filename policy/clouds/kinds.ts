import { azureKinds } from "./azure.ts";
import { googleKinds } from "./google.ts";
import { ociKinds } from "./oci.ts";
import type { Traits } from "./traits.ts";

/** Every kind of resource in a cloud that the rules know, by its type. */
export const cloudKinds: Readonly<Record<string, Traits>> = {
  ...azureKinds,
  ...googleKinds,
  ...ociKinds,
};

/** The types of those kinds that a rule concerns. */
export const kindsWith = (trait: keyof Traits): string[] =>
  Object.entries(cloudKinds)
    .filter(([, traits]) => traits[trait] !== undefined)
    .map(([type]) => type);
