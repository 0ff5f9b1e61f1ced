import { Repository } from "@pulumi/gcp/artifactregistry/repository.js";
import { RepositoryIamMember } from "@pulumi/gcp/artifactregistry/repositoryIamMember.js";
import type * as pulumi from "@pulumi/pulumi";
import type { GooglePlace } from "./place.ts";

/** Where images come from: pulled by the nodes' own account, which may do nothing else there. */
export function makeRegistry(
  { name, project, region, child }: GooglePlace,
  args: { readonly keyId: pulumi.Input<string>; readonly puller: pulumi.Input<string> },
) {
  const registry = new Repository(
    name,
    {
      project,
      location: region,
      repositoryId: name,
      format: "DOCKER",
      kmsKeyName: args.keyId,
      description: "Images of the services",
    },
    child,
  );
  const pull = new RepositoryIamMember(
    `${name}-pull`,
    {
      project,
      location: region,
      repository: registry.name,
      role: "roles/artifactregistry.reader",
      member: args.puller,
    },
    child,
  );
  return { address: `${region}-docker.pkg.dev/${project}/${name}`, ready: pull };
}
