import type { Cases } from "./case.ts";
import { dev, prod, registered } from "./case.ts";

const azure = (type: string, inputs: object, about = {}) =>
  registered(`azure-native:${type}`, "it", inputs, about);
const server = (props: object, protect = true) =>
  azure("dbforpostgresql:Server", props, { protect });
const cluster = (props: object) => azure("containerservice:ManagedCluster", props);
const role = (id: string, scope: string) =>
  azure("authorization:RoleAssignment", {
    roleDefinitionId: `/subscriptions/1/providers/Microsoft.Authorization/roleDefinitions/${id}`,
    scope,
  });
const one = "/subscriptions/1/resourceGroups/todo/providers/Microsoft.KeyVault/vaults/it";
const readsSecrets = "4633458b-17de-408a-b874-0445c86b69e6";
const owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

export const cloudCases: Cases = {
  "cloud-data-is-not-public": {
    rejects: [
      {
        when: "a database is public",
        resources: [server({ network: { publicNetworkAccess: "Enabled" } })],
        says: "azure-native:dbforpostgresql:Server it can be reached from the internet",
      },
      {
        when: "nothing is said of a database",
        resources: [server({})],
        says: "can be reached from the internet",
      },
      {
        when: "a database has a rule for addresses",
        resources: [azure("dbforpostgresql:FirewallRule", {})],
        says: "opens a database",
      },
      {
        when: "a broker is public",
        resources: [azure("eventhub:Namespace", { publicNetworkAccess: "Enabled" })],
        says: "can be reached from the internet",
      },
      {
        when: "blobs may be shown",
        resources: [azure("storage:StorageAccount", { publicNetworkAccess: "Disabled" })],
        says: "may show blobs to everybody",
      },
      {
        when: "an API server is for everybody",
        resources: [cluster({})],
        says: "has an API server that everybody reaches",
      },
      {
        when: "a range is the internet",
        resources: [cluster({ apiServerAccessProfile: { authorizedIPRanges: ["0.0.0.0/0"] } })],
        says: "lets 0.0.0.0/0 to its API server",
      },
    ],
    accepts: [
      {
        when: "all is private",
        resources: [
          server({ network: { publicNetworkAccess: "Disabled" } }),
          azure("redisenterprise:RedisEnterprise", { publicNetworkAccess: "Disabled" }),
          cluster({ apiServerAccessProfile: { authorizedIPRanges: ["203.0.113.0/24"] } }),
        ],
      },
    ],
  },
  "cloud-data-is-encrypted-with-our-key": {
    rejects: [
      {
        when: "a database has a key of the cloud",
        resources: [server({ dataEncryption: { type: "SystemManaged" } })],
        says: "is not encrypted with a key of the customer",
      },
      {
        when: "disks have none",
        resources: [cluster({})],
        says: "is not encrypted with a key of the customer",
      },
      {
        when: "a broker that could have one has none",
        resources: [azure("eventhub:Namespace", { sku: { name: "Premium" } })],
        says: "is not encrypted with a key of the customer",
      },
    ],
    accepts: [
      {
        when: "there is one",
        resources: [
          server({ dataEncryption: { type: "AzureKeyVault" } }),
          cluster({ diskEncryptionSetID: "disks" }),
        ],
      },
      {
        when: "the tier has none to offer",
        resources: [azure("eventhub:Namespace", { sku: { name: "Standard" } })],
      },
    ],
  },
  "cloud-connections-are-encrypted": {
    rejects: [
      {
        when: "Redis takes plain text",
        resources: [azure("redisenterprise:Database", { clientProtocol: "Plaintext" })],
        says: "takes connections without TLS",
      },
      {
        when: "TLS may be old",
        resources: [azure("eventhub:Namespace", { minimumTlsVersion: "1.0" })],
        says: "takes TLS below 1.2",
      },
    ],
    accepts: [
      {
        when: "it does not",
        resources: [azure("redisenterprise:Database", { clientProtocol: "Encrypted" })],
      },
    ],
  },
  "cloud-identities-are-narrow": {
    rejects: [
      { when: "somebody is made owner", resources: [role(owner, one)], says: "the role Owner" },
      {
        when: "a role is for a whole group",
        resources: [role(readsSecrets, "/subscriptions/1/resourceGroups/todo")],
        says: "gives its role for all of /subscriptions/1/resourceGroups/todo",
      },
      {
        when: "a key may manage the broker",
        resources: [azure("eventhub:NamespaceAuthorizationRule", { rights: ["Listen", "Manage"] })],
        says: "may manage all hubs",
      },
      {
        when: "any service account is believed",
        resources: [
          azure("managedidentity:FederatedIdentityCredential", {
            subject: "system:serviceaccount:todo:*",
          }),
        ],
        says: "lets system:serviceaccount:todo:* act as the identity",
      },
      {
        when: "images can be pushed with a master key",
        resources: [azure("containerregistry:Registry", { adminUserEnabled: true })],
        says: "has a user that may do everything",
      },
    ],
    accepts: [
      { when: "a role is for one resource", resources: [role(readsSecrets, one)] },
      {
        when: "a whole group may be looked at",
        resources: [
          role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "/subscriptions/1/resourceGroups/a"),
        ],
      },
      {
        when: "a key may send",
        resources: [azure("eventhub:NamespaceAuthorizationRule", { rights: ["Send"] })],
      },
    ],
  },
  "cloud-data-is-protected": {
    rejects: [
      {
        when: "a database is not",
        resources: [server({}, false)],
        settings: prod,
        says: "holds data and can be deleted like anything else",
      },
    ],
    accepts: [
      { when: "it is", resources: [server({})], settings: prod },
      { when: "it is dev's", resources: [server({}, false)], settings: dev },
    ],
  },
};
