import * as pulumi from "@pulumi/pulumi";
import type { OciPlace } from "#infra/clusters/oke/place.ts";
import { providersOf } from "#infra/clusters/oke/providers.ts";
import type { ManagedArgs } from "../managed.ts";

/** Where the parts of a managed service are made: in one component, by the providers of its home. */
export function placeOf(
  type: string,
  name: string,
  { home }: Pick<ManagedArgs<"oci">, "home">,
): OciPlace {
  const parent = new pulumi.ComponentResource(`todo:managed:${type}`, name);
  const { region, tenancyId, compartmentId } = home;
  const providers = providersOf(home);
  return {
    ...{ name, region, tenancyId, compartmentId },
    child: { parent, provider: providers.here },
    identityChild: { parent, provider: providers.identity },
  };
}
