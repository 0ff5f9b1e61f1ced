import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster, PullAccount, StackOnCluster } from "./cluster.ts";
import type { OciHome } from "./home.ts";
import { identitiesIn } from "./identities.ts";
import { makeAutoscaler } from "./oke/autoscaler.ts";
import { makeCluster, type OkeClusterParts } from "./oke/cluster.ts";
import { makeEncryption } from "./oke/encryption.ts";
import { kubeconfigFor } from "./oke/kubeconfig.ts";
import { makeLogs, sendLogs } from "./oke/logs.ts";
import { makeNames } from "./oke/names.ts";
import { makeNetwork } from "./oke/network.ts";
import { onlyOnce } from "./oke/only-once.ts";
import type { OciPlace } from "./oke/place.ts";
import { makePools } from "./oke/pools.ts";
import type { OciProviders } from "./oke/providers.ts";
import { providersOf, shareProviders } from "./oke/providers.ts";
import { makeRegistry } from "./oke/registry.ts";
import { makeStorageClass, storageClass } from "./oke/storage-class.ts";
import { hasThreeDomains } from "./settings/oci-regions.ts";
import type { OkeConfig } from "./settings/oke.ts";

/** A cluster of Oracle Cloud with its network, keys, registry, names and logs. */
export async function okeCluster(config: OkeConfig, stack: StackOnCluster): Promise<Cluster> {
  const regions = { region: config.region, homeRegion: config.homeRegion ?? config.region };
  const providers = providersOf(regions);
  const before = await onlyOnce(config, providers.here);
  const oke = new Oke(config.name, config, stack, { providers, before });
  shareProviders(regions, oke.home);
  const provider = new k8s.Provider("cluster", {
    kubeconfig: oke.kubeconfig,
    enableServerSideApply: true,
  });
  const volumes = makeStorageClass(oke.home, { provider, dependsOn: [...oke.ready] });
  return {
    provider,
    access: { kubeconfig: oke.kubeconfig, context: undefined },
    storageClass,
    // What Kubernetes calls a zone is an availability domain.
    zones: hasThreeDomains(config.region),
    gateway: {
      className: "todo",
      serviceType: "LoadBalancer",
      serviceAnnotations: oke.gatewayAnnotations,
    },
    images: { kind: "registry", address: oke.registry, pullAs: oke.pullAs },
    identityOf: await identitiesIn(oke.home, stack.namespace),
    offers: [],
    home: oke.home,
    ready: [...oke.ready, volumes],
  };
}

type OkeArgs = { readonly providers: OciProviders } & Pick<OkeClusterParts, "before">;

class Oke extends pulumi.ComponentResource {
  readonly home: OciHome;
  readonly kubeconfig: pulumi.Output<string>;
  readonly registry: pulumi.Output<string>;
  readonly pullAs: PullAccount;
  readonly gatewayAnnotations: Record<string, pulumi.Input<string>>;
  readonly ready: readonly pulumi.Resource[];

  constructor(
    name: string,
    config: OkeConfig,
    { keepData }: StackOnCluster,
    { providers, before }: OkeArgs,
  ) {
    super("todo:clusters:Oke", name, {});
    const child = { parent: this, provider: providers.here };
    const { region, tenancyId, compartmentId, logDays } = config;
    const place: OciPlace = {
      ...{ name, region, tenancyId, compartmentId, child },
      identityChild: { parent: this, provider: providers.identity },
    };

    const network = makeNetwork(place, config);
    const encryption = makeEncryption(place, { keepData });
    const parts = { config, network, encryption, keepData, before };
    const cluster = makeCluster(place, parts);
    const pools = makePools(place, { ...parts, clusterId: cluster.id });
    const autoscaler = makeAutoscaler(place, { config, clusterId: cluster.id, pools });
    const logs = makeLogs(place);
    const logsOf = { group: logs.id, days: logDays };
    sendLogs(
      `${name}-cluster`,
      { ...logsOf, service: "oke-k8s-cp-prod", category: "all-service-logs", of: cluster.id },
      child,
    );
    sendLogs(
      `${name}-nodes`,
      { ...logsOf, service: "flowlogs", category: "all", of: network.nodes.id },
      child,
    );
    const registry = makeRegistry(place);
    if (config.dnsZone) {
      makeNames(place, { zone: config.dnsZone, address: network.inbound.ipAddress });
    }

    this.kubeconfig = kubeconfigFor(place, cluster, config);
    this.registry = registry.address;
    this.pullAs = registry.pullAs;
    this.gatewayAnnotations = gatewayAnnotations({
      address: network.inbound.ipAddress,
      guardId: network.guards.balancers.id,
    });
    this.ready = [cluster, pools.system, ...pools.workload, autoscaler, ...registry.ready];
    this.home = {
      cloud: "oci",
      ...{ region, tenancyId, compartmentId, logDays, encryption },
      homeRegion: config.homeRegion ?? region,
      clusterId: cluster.id,
      servicesSubnetId: network.services.id,
      servicesGuardId: network.guards.services.id,
      logsId: logs.id,
    };
    this.registerOutputs();
  }
}

/**
 * A network balancer, which leaves the addresses of clients as they are, at the address that was set
 * aside and behind our guard; the rules are ours and no controller's.
 * Source: https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengconfiguringloadbalancersnetworkloadbalancers-subtopic.htm
 */
const gatewayAnnotations = (args: {
  readonly address: pulumi.Input<string>;
  readonly guardId: pulumi.Input<string>;
}): Record<string, pulumi.Input<string>> => ({
  "oci.oraclecloud.com/load-balancer-type": "nlb",
  "oci-network-load-balancer.oraclecloud.com/is-preserve-source": "true",
  "oci.oraclecloud.com/reserved-ips": args.address,
  "oci.oraclecloud.com/security-rule-management-mode": "None",
  "oci-network-load-balancer.oraclecloud.com/oci-network-security-groups": args.guardId,
});
