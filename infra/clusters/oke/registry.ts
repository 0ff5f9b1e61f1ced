import { ContainerRepository } from "@pulumi/oci/artifacts/containerRepository.js";
import { getNamespaceOutput } from "@pulumi/oci/objectstorage/getNamespace.js";
import * as pulumi from "@pulumi/pulumi";
import { imagesOfStack } from "#infra/images/image-names.ts";
import { makeAccount, tokenOf } from "./accounts.ts";
import type { OciPlace } from "./place.ts";
import { allow } from "./policies.ts";

/**
 * A private repository for each image, and an account that may pull from these and nothing else:
 * nodes of OKE have no right of their own to a registry.
 * Source: https://docs.oracle.com/iaas/Content/Registry/Tasks/registrypullingimagesusingkubernetes.htm
 */
export function makeRegistry(place: OciPlace) {
  const { name, compartmentId, region, child, identityChild } = place;
  const repositories = imagesOfStack().map(
    (image) =>
      new ContainerRepository(
        `${name}-${image}`,
        { compartmentId, displayName: `${name}/${image}`, isPublic: false, isImmutable: false },
        child,
      ),
  );
  const account = makeAccount(`${name}-pull`, "Pulls images of Todo Evolution", place);
  const policy = allow(
    `${name}-pull`,
    "Who pulls images of Todo Evolution",
    [
      {
        who: account.who,
        verb: "read",
        what: "repos",
        where: [`target.repo.name = /${name}\\/*/`],
      },
    ],
    place,
  );
  const { namespace } = getNamespaceOutput({ compartmentId }, child);
  const host = `${region}.ocir.io`;
  return {
    address: pulumi.interpolate`${host}/${namespace}/${name}`,
    pullAs: {
      host,
      username: pulumi.interpolate`${namespace}/${account.user.name}`,
      password: tokenOf(`${name}-pull`, account, identityChild),
    },
    ready: [...repositories, policy, account.ready],
  };
}
