import { Provider } from "@pulumi/oci/provider.js";
import type { OciHome } from "../home.ts";

/** Of the region in which the stack stands, and of that in which its tenancy writes identities. */
export type OciProviders = { readonly here: Provider; readonly identity: Provider };

type Regions = Pick<OciHome, "region" | "homeRegion">;

const known = new WeakMap<Regions, OciProviders>();

/**
 * The providers for a home, made once for it: no resource of Oracle says its region by itself. Who
 * signs in and how comes from the environment or `~/.oci/config`, as for the `oci` command.
 */
export function providersOf(home: Regions): OciProviders {
  const made = known.get(home);
  if (made) return made;
  const here = new Provider(home.region, { region: home.region });
  const identity =
    home.homeRegion === home.region
      ? here
      : new Provider(home.homeRegion, { region: home.homeRegion });
  const providers = { here, identity };
  known.set(home, providers);
  return providers;
}

/** Makes what was made for some regions count for the home that came of them. */
export const shareProviders = (from: Regions, home: OciHome): void => {
  known.set(home, providersOf(from));
};
