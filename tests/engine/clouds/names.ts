import { createHash, randomUUID } from "node:crypto";
import { definitionOf } from "../../clouds/sdk-files.ts";
import { shapeOf } from "../../clouds/sdk-types.ts";

type Inputs = Readonly<Record<string, unknown>>;

/** Inputs by which Google knows one thing from another of its kind. */
const googleKeys = new Set([
  ...["name", "project", "region", "location", "zone", "cluster", "instance", "router", "keyRing"],
  ...["bucket", "role", "member", "managedZone", "type", "service", "secret", "secretId", "host"],
  ...["accountId", "serviceAccountId", "clusterId", "topicId", "aclId", "cryptoKeyId", "bucketId"],
  ...["repositoryId", "repository", "network", "publicKeyData"],
]);

/** Kinds of Oracle whose names nobody else may have; two of any other kind may have the same. */
const oracleNamed = /^oci:(Identity\/(user|group|policy)|ObjectStorage\/bucket|Artifacts\/|Dns\/)/;
const oracleKeys = new Set([
  ...["name", "displayName", "compartmentId", "namespace", "zoneNameOrId", "domain", "rtype"],
]);

/** Names of Azure that are not part of an id. */
const azureOthers = new Set(["customNetworkInterfaceName", "principalName"]);

/** The inputs that make something what it is: another value is another thing. */
export function identityOf(type: string, inputs: Inputs): [string, unknown][] {
  const isKey = keysOf(type);
  const texts = Object.entries(inputs).filter(([, value]) => typeof value === "string");
  return texts.filter(([key]) => isKey(key)).sort(([one], [other]) => (one < other ? -1 : 1));
}

function keysOf(type: string): (key: string) => boolean {
  if (type.startsWith("gcp:")) return (key) => googleKeys.has(key);
  if (type.startsWith("oci:")) return (key) => oracleNamed.test(type) && oracleKeys.has(key);
  return (key) =>
    (/[nN]ame$/.test(key) && !azureOthers.has(key)) ||
    ["scope", "resourceUri", "recordType"].includes(key);
}

/** Whether something of this kind can only be there once, by its inputs. */
const isNamed = (type: string, inputs: Inputs): boolean => identityOf(type, inputs).length > 0;

/** What its cloud calls it: the same for the same names, so that two cannot have them. */
export function idOf(type: string, inputs: Inputs): string {
  const values = identityOf(type, inputs).map(([, value]) => String(value));
  const [, module = "", leaf = ""] = type.split(":");
  if (type.startsWith("oci:")) {
    const hash = createHash("sha256")
      .update(`${type} ${values.join(" ")}`)
      .digest("hex");
    const last = isNamed(type, inputs) ? hash.slice(0, 32) : randomUUID().replaceAll("-", "");
    return `ocid1.${leaf.toLowerCase()}.oc1..${last}`;
  }
  if (type.startsWith("gcp:")) {
    const { project = "todo-project" } = inputs as { project?: string };
    const others = identityOf(type, inputs).filter(([key]) => key !== "project");
    return [`projects/${project}`, `${module.split("/")[0]}.${leaf}`, ...others.map(String)].join(
      "/",
    );
  }
  const { resourceGroupName: group } = inputs as { resourceGroupName?: string };
  const subscription = "/subscriptions/00000000-0000-0000-0000-000000000000";
  const home = group ? `${subscription}/resourceGroups/${group}` : subscription;
  if (leaf === "ResourceGroup") return home;
  const names = identityOf(type, inputs).filter(([key]) => key !== "resourceGroupName");
  const path = names.map(([, value]) => String(value).replace(/^\//, ""));
  return [home, "providers", `Microsoft.${module}`, leaf, ...path].join("/");
}

/**
 * The input that a provider gives a name to where the program has none, after the name of the
 * resource and with letters of chance. Which one that is, is told by its form, not by the clouds.
 */
export function namedByProvider(type: string): string | undefined {
  if (type.startsWith("oci:") && !oracleNamed.test(type)) return undefined;
  const optional = [...definitionOf(type).inputs]
    .filter(([, property]) => property.optional && isText(property))
    .map(([key]) => key);
  if (!type.startsWith("azure-native:")) return optional.find((key) => key === "name");
  const leaf = (type.split(":").at(-1) ?? "").toLowerCase();
  const names = optional.filter((key) => keysOf(type)(key) && /[nN]ame$/.test(key));
  return (
    names.find(
      (key) => leaf.endsWith(key.slice(0, -"Name".length).toLowerCase()) && key !== "name",
    ) ??
    ["resourceName", "clusterName", "name"].find((key) => names.includes(key)) ??
    names[0]
  );
}

const isText = (property: Parameters<typeof shapeOf>[0]): boolean => {
  const shape = shapeOf(property);
  return (shape.kind === "either" ? shape.of : [shape]).some(({ kind }) => kind === "string");
};

/** A name of the provider's: that of Azure's rights is an id, and its registries take no dash. */
export function nameOfProvider(type: string, name: string, seed: Uint8Array): string {
  const hex = createHash("sha256").update(seed).update(name).digest("hex");
  if (type.endsWith(":RoleAssignment")) {
    return [8, 4, 4, 4, 12].map((length, at) => hex.slice(at * 12, at * 12 + length)).join("-");
  }
  return type.startsWith("azure-native:")
    ? `${name}${hex.slice(0, 8)}`
    : `${name}-${hex.slice(0, 7)}`;
}
