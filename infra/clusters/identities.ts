import type { Cloud, CloudHome, CloudIdentity, MakeIdentity } from "./home.ts";

type Load = {
  readonly [C in Cloud]: (
    home: Extract<CloudHome, { cloud: C }>,
    namespace: string,
  ) => Promise<MakeIdentity>;
};

const clouds: Load = {
  azure: async (home, namespace) =>
    (await import("./aks/identity.ts")).azureIdentities(home, namespace),
  gcp: async (home, namespace) =>
    (await import("./gke/identity.ts")).googleIdentities(home, namespace),
  oci: async (home, namespace) =>
    (await import("./oke/identity.ts")).ociIdentities(home, namespace),
};

/** The identities of a namespace's service accounts in the cluster's cloud, each made once. */
export async function identitiesIn(home: CloudHome, namespace: string): Promise<MakeIdentity> {
  const load = clouds[home.cloud] as (home: CloudHome, namespace: string) => Promise<MakeIdentity>;
  const make = await load(home, namespace);
  const made = new Map<string, CloudIdentity>();
  return (serviceAccount) => {
    const identity = made.get(serviceAccount) ?? make(serviceAccount);
    made.set(serviceAccount, identity);
    return identity;
  };
}
