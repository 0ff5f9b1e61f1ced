import { cloudKinds, kindsWith } from "../clouds/kinds.ts";
import { faultsInKnown } from "../clouds/known.ts";
import type { Resource } from "../resource.ts";
import type { ResourceRule } from "../rule.ts";

const by =
  (trait: "open" | "unlocked" | "inClear" | "wide") =>
  ({ kind, props }: Resource): readonly string[] => {
    const judge = cloudKinds[kind]?.[trait];
    return judge ? faultsInKnown(judge, props) : [];
  };

export const cloudDataIsNotPublic: ResourceRule = {
  name: "cloud-data-is-not-public",
  says: "No database, broker, store or API server of a cloud is there for the whole internet.",
  remedy:
    "Switch public access off and give it a private endpoint; name ranges for what people use.",
  about: kindsWith("open"),
  faultsOf: by("open"),
};

export const cloudDataIsEncryptedWithOurKey: ResourceRule = {
  name: "cloud-data-is-encrypted-with-our-key",
  says: "What a cloud keeps for us is encrypted with a key of ours, wherever that is offered.",
  remedy: "Give it the key of the cluster's home and the identity that may use it.",
  about: kindsWith("unlocked"),
  faultsOf: by("unlocked"),
};

export const cloudConnectionsAreEncrypted: ResourceRule = {
  name: "cloud-connections-are-encrypted",
  says: "A service of a cloud takes connections by TLS 1.2 or newer only.",
  remedy: "Set the least version of TLS, and switch connections without it off.",
  about: kindsWith("inClear"),
  faultsOf: by("inClear"),
};

export const cloudIdentitiesAreNarrow: ResourceRule = {
  name: "cloud-identities-are-narrow",
  says: "An identity in a cloud may do what it is for, on the resource that it is for.",
  remedy: "Name a role without administration and one resource, and switch master keys off.",
  about: kindsWith("wide"),
  faultsOf: by("wide"),
};

export const cloudDataIsProtected: ResourceRule = {
  name: "cloud-data-is-protected",
  says: "In prod nobody deletes what a cloud keeps for us by a plain `pulumi up` or `destroy`.",
  remedy: "Give the resource the option protect: true; README says how it is lifted.",
  about: kindsWith("keepsData"),
  faultsOf: ({ protect }, { size }) =>
    size === "prod" && !protect ? ["holds data and can be deleted like anything else"] : [],
};
