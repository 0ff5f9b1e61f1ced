import { getProjectOutput } from "@pulumi/gcp/organizations/getProject.js";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster, StackOnCluster } from "./cluster.ts";
import { identityPoolOf, makeCluster } from "./gke/cluster.ts";
import { makeKey } from "./gke/encryption.ts";
import { kubeconfigText } from "./gke/kubeconfig.ts";
import { makeLogs } from "./gke/logs.ts";
import { makeNames } from "./gke/names.ts";
import { makeNetwork } from "./gke/network.ts";
import type { GooglePlace } from "./gke/place.ts";
import { makePools } from "./gke/pools.ts";
import { makeRegistry } from "./gke/registry.ts";
import { enableServices } from "./gke/services.ts";
import { makeStorageClass, storageClassName } from "./gke/storage-class.ts";
import type { GcpHome } from "./home.ts";
import { identitiesIn } from "./identities.ts";
import type { GkeConfig } from "./settings/gke.ts";

/** A cluster of Google with its network, key, registry, names and logs. */
export async function gkeCluster(config: GkeConfig, stack: StackOnCluster): Promise<Cluster> {
  const gke = new Gke(config.name, config, stack);
  const provider = new k8s.Provider("cluster", {
    kubeconfig: gke.kubeconfig,
    enableServerSideApply: true,
  });
  const volumes = makeStorageClass(gke.home.keyId, { provider, dependsOn: [...gke.ready] });
  return {
    provider,
    access: { kubeconfig: gke.kubeconfig, context: undefined },
    storageClass: storageClassName,
    zones: true,
    gateway: {
      className: "todo",
      serviceType: "LoadBalancer",
      serviceAnnotations: gke.gatewayAnnotations,
    },
    images: { kind: "registry", address: gke.registry },
    identityOf: await identitiesIn(gke.home, stack.namespace),
    offers: [],
    home: gke.home,
    ready: [...gke.ready, volumes],
  };
}

class Gke extends pulumi.ComponentResource {
  readonly home: GcpHome;
  readonly kubeconfig: pulumi.Output<string>;
  readonly registry: string;
  readonly gatewayAnnotations: Record<string, pulumi.Output<string>>;
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, config: GkeConfig, { keepData }: StackOnCluster) {
    super("todo:clusters:Gke", name, {});
    const child = { parent: this };
    const { project, region } = config;
    const place: GooglePlace = { name, project, region, child };
    const { number } = getProjectOutput({ projectId: project }, child);

    const services = enableServices(place, number);
    const keyId = makeKey(place, { services, keepData });
    const { addressSpace } = config;
    const network = makeNetwork(place, { addressSpace, after: services.ready });
    makeLogs(place, { days: config.logDays, keyId });
    const { cluster, nodes } = makeCluster(place, { config, network, keyId, keepData });
    const pools = makePools(place, {
      config,
      cluster: cluster.name,
      account: nodes.email,
      keyId,
    });
    const registry = makeRegistry(place, { keyId, puller: nodes.member });
    if (config.dnsZone) {
      makeNames(place, { zone: config.dnsZone, address: network.inbound.address });
    }

    this.kubeconfig = pulumi
      .all([cluster.endpoint, cluster.masterAuth])
      .apply(([endpoint, { clusterCaCertificate }]) =>
        kubeconfigText({ name, endpoint, authority: clusterCaCertificate }),
      );
    this.registry = registry.address;
    // Source: https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer-parameters
    this.gatewayAnnotations = {
      "cloud.google.com/l4-rbs": pulumi.output("enabled"),
      "networking.gke.io/load-balancer-ip-addresses": network.inbound.name,
    };
    this.ready = [cluster, ...pools, registry.ready];
    this.home = {
      cloud: "gcp",
      project,
      region,
      cluster: name,
      // Google takes tokens of a cluster's accounts as soon as it is there.
      identityPool: cluster.id.apply(() => identityPoolOf(project)),
      networkId: network.peered,
      subnetId: network.nodes.id,
      keyId,
    };
    this.registerOutputs();
  }
}
