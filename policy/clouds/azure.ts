import type { Props } from "../resource.ts";
import { listOf } from "../resource.ts";
import { type Traits, unless } from "./traits.ts";

const openWay = "can be reached from the internet";
const noKey = "is not encrypted with a key of the customer";

const open = ({ publicNetworkAccess }: Props): string[] =>
  unless(publicNetworkAccess === "Disabled", openWay);

/** Roles by which somebody may do everything, or give himself the right to. */
const almighty: Readonly<Record<string, string>> = {
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
  "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
  "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
};

/** What Azure's kinds of resources are to the rules. */
export const azureKinds: Readonly<Record<string, Traits>> = {
  "azure-native:dbforpostgresql:Server": {
    open: ({ network }) => open(network ?? {}),
    unlocked: ({ dataEncryption }) => unless(dataEncryption?.type === "AzureKeyVault", noKey),
    keepsData: true,
  },
  "azure-native:dbforpostgresql:FirewallRule": {
    open: () => ["opens a database to addresses of the internet"],
  },
  "azure-native:eventhub:Namespace": {
    open,
    // Standard has no keys of customers; it is encrypted with Azure's own.
    unlocked: ({ encryption, sku }) =>
      unless(encryption?.keySource === "Microsoft.KeyVault" || sku?.name === "Standard", noKey),
    inClear: ({ minimumTlsVersion }) => unless(minimumTlsVersion === "1.2", "takes TLS below 1.2"),
    keepsData: true,
  },
  "azure-native:eventhub:EventHub": { keepsData: true },
  "azure-native:redisenterprise:RedisEnterprise": {
    open,
    unlocked: ({ encryption }) =>
      unless(encryption?.customerManagedKeyEncryption !== undefined, noKey),
    inClear: ({ minimumTlsVersion }) => unless(minimumTlsVersion === "1.2", "takes TLS below 1.2"),
    keepsData: true,
  },
  "azure-native:redisenterprise:Database": {
    inClear: ({ clientProtocol }) =>
      unless(clientProtocol === "Encrypted", "takes connections without TLS"),
  },
  "azure-native:storage:StorageAccount": {
    open: (props) => [
      ...open(props),
      ...unless(props.allowBlobPublicAccess === false, "may show blobs to everybody"),
    ],
    unlocked: ({ encryption }) => unless(encryption?.keySource === "Microsoft.Keyvault", noKey),
    inClear: (props) => [
      ...unless(props.enableHttpsTrafficOnly === true, "takes requests without TLS"),
      ...unless(props.minimumTlsVersion === "TLS1_2", "takes TLS below 1.2"),
    ],
    wide: ({ allowSharedKeyAccess }) =>
      unless(allowSharedKeyAccess === false, "can be used with a key that may do everything"),
    keepsData: true,
  },
  "azure-native:keyvault:Vault": {
    open: ({ properties }) => open(properties ?? {}),
    wide: ({ properties }) =>
      unless(properties?.enableRbacAuthorization === true, "gives rights to all that it holds"),
    keepsData: true,
  },
  "azure-native:keyvault:Key": { keepsData: true },
  "azure-native:compute:DiskEncryptionSet": {
    unlocked: ({ activeKey }) => unless(activeKey?.keyUrl !== undefined, noKey),
  },
  "azure-native:containerservice:ManagedCluster": {
    open: ({ apiServerAccessProfile: access }) => [
      ...unless(
        access?.enablePrivateCluster === true || listOf(access?.authorizedIPRanges).length > 0,
        "has an API server that everybody reaches",
      ),
      ...listOf(access?.authorizedIPRanges)
        .filter((range) => String(range).endsWith("/0"))
        .map((range) => `lets ${range} to its API server`),
    ],
    unlocked: ({ diskEncryptionSetID }) => unless(diskEncryptionSetID !== undefined, noKey),
    wide: ({ disableLocalAccounts }) =>
      unless(disableLocalAccounts === true, "has accounts of its own beside those of Entra"),
    keepsData: true,
  },
  "azure-native:containerregistry:Registry": {
    open: ({ networkRuleSet, publicNetworkAccess }) =>
      unless(
        networkRuleSet?.defaultAction === "Deny" || publicNetworkAccess === "Disabled",
        openWay,
      ),
    wide: ({ adminUserEnabled }) =>
      unless(adminUserEnabled === false, "has a user that may do everything"),
  },
  "azure-native:authorization:RoleAssignment": { wide: wideRole },
  "azure-native:eventhub:NamespaceAuthorizationRule": {
    wide: ({ rights }) => unless(!listOf(rights).includes("Manage"), "may manage all hubs"),
  },
  "azure-native:managedidentity:FederatedIdentityCredential": {
    wide: ({ subject }) =>
      unless(!String(subject).includes("*"), `lets ${subject} act as the identity`),
  },
};

const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

/** Who sees what there is may see it of all; Azure's reader sees no keys, secrets or data. */
function wideRole({ roleDefinitionId, scope }: Props): string[] {
  const id = String(roleDefinitionId).split("/").at(-1) ?? "";
  if (id === reader) return [];
  const role = almighty[id];
  const reaches = /^\/subscriptions\/[^/]+(\/resourceGroups\/[^/]+)?\/?$/i.test(String(scope));
  return [
    ...unless(role === undefined, `gives the role ${role}`),
    ...unless(!reaches, `gives its role for all of ${scope}`),
  ];
}
