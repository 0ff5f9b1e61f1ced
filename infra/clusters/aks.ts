import { getClientConfigOutput } from "@pulumi/azure-native/authorization/getClientConfig.js";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { makeCluster } from "./aks/cluster.ts";
import { makeEncryption } from "./aks/encryption.ts";
import { kubeconfigFor } from "./aks/kubeconfig.ts";
import { clusterLogs, makeLogs, sendLogs } from "./aks/logs.ts";
import { makeNames } from "./aks/names.ts";
import { makeNetwork } from "./aks/network.ts";
import type { AzurePlace } from "./aks/place.ts";
import { makeWorkloadPools } from "./aks/pools.ts";
import { makePrivateZones } from "./aks/private-zones.ts";
import { makeRegistry } from "./aks/registry.ts";
import { makeUpkeep } from "./aks/upkeep.ts";
import type { Cluster, StackOnCluster } from "./cluster.ts";
import type { AzureHome } from "./home.ts";
import { identitiesIn } from "./identities.ts";
import type { AksConfig } from "./settings/aks.ts";

/** A cluster of Azure with its network, keys, registry, names and logs. */
export async function aksCluster(config: AksConfig, stack: StackOnCluster): Promise<Cluster> {
  const aks = new Aks(config.name, config, stack);
  return {
    provider: new k8s.Provider("cluster", {
      kubeconfig: aks.kubeconfig,
      enableServerSideApply: true,
    }),
    access: { kubeconfig: aks.kubeconfig, context: undefined },
    storageClass: "managed-csi-premium",
    zones: true,
    gateway: {
      className: "todo",
      serviceType: "LoadBalancer",
      serviceAnnotations: aks.gatewayAnnotations,
    },
    images: { kind: "registry", address: aks.registry },
    identityOf: await identitiesIn(aks.home, stack.namespace),
    offers: [],
    home: aks.home,
    ready: aks.ready,
  };
}

class Aks extends pulumi.ComponentResource {
  readonly home: AzureHome;
  readonly kubeconfig: pulumi.Output<string>;
  readonly registry: pulumi.Output<string>;
  readonly gatewayAnnotations: Record<string, pulumi.Output<string>>;
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, config: AksConfig, { keepData }: StackOnCluster) {
    super("todo:clusters:Aks", name, {});
    const child = { parent: this };
    const { location } = config;
    const group = new ResourceGroup(name, { resourceGroupName: name, location }, child);
    const place: AzurePlace = { name, location, group: group.name, child };
    const { tenantId } = getClientConfigOutput();

    const network = makeNetwork(place, config.addressSpace);
    const encryption = makeEncryption(place, { tenantId, keepData });
    const logs = makeLogs(place, config.logDays);
    const { cluster, nodes } = makeCluster(place, {
      ...{ config, network, encryption, keepData },
      groupId: group.id,
    });
    const pools = makeWorkloadPools(place, {
      config,
      cluster: cluster.name,
      subnetId: network.nodes.id,
    });
    makeUpkeep(place, cluster.name, config);
    sendLogs(
      `${name}-cluster`,
      { of: cluster.id, to: logs.id, logs: clusterLogs, named: "category" },
      child,
    );
    const registry = makeRegistry(place, {
      allowedRanges: [
        ...config.allowedRanges,
        network.outbound.ipAddress.apply((address) => address ?? ""),
      ],
      puller: nodes.principalId,
    });
    const gatewayAddress = network.inbound.ipAddress.apply((address) => address ?? "");
    if (config.dnsZone) makeNames(place, { zone: config.dnsZone, address: gatewayAddress });

    this.kubeconfig = kubeconfigFor(place, cluster, config);
    this.registry = pulumi.interpolate`${registry.address}/${name}`;
    this.gatewayAnnotations = {
      "service.beta.kubernetes.io/azure-load-balancer-resource-group": group.name,
      "service.beta.kubernetes.io/azure-pip-name": network.inbound.name,
    };
    this.ready = [cluster, ...pools, registry.ready];
    this.home = {
      cloud: "azure",
      location,
      resourceGroup: group.name,
      tenantId,
      oidcIssuer: cluster.oidcIssuerProfile.apply((profile) => profile?.issuerURL ?? ""),
      endpointSubnetId: network.endpoints.id,
      privateZoneIds: makePrivateZones(place, network.network.id),
      logsId: logs.id,
      encryption: encryption.facts,
    };
    this.registerOutputs();
  }
}
