import { type ClusterProgramName, clusterPrograms } from "#toolchain/cluster-programs.ts";
import { plan } from "./plan.ts";

/** Images of this machine are named by the versions that the toolchain pins. */
const local = (name: ClusterProgramName) => `localhost/${name}:${clusterPrograms[name].version}`;
export const corednsImage = local("coredns");
export const provisionerImage = local("local-path-provisioner");
export const busyboxImage = "localhost/busybox:1";

type Manifest = { readonly apiVersion: string; readonly kind: string; readonly metadata: object };

const rbac = "rbac.authorization.k8s.io/v1";
const account = (name: string, namespace: string): Manifest => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name, namespace },
});

/** An account with rights in the whole cluster. */
const withRights = (name: string, namespace: string, rules: readonly object[]) => [
  account(name, namespace),
  { apiVersion: rbac, kind: "ClusterRole", metadata: { name }, rules },
  {
    apiVersion: rbac,
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  },
];

const rule = (group: string, resources: readonly string[], verbs: readonly string[]) => ({
  apiGroups: [group],
  resources,
  verbs,
});
const look = ["get", "list", "watch"];

/** Names of the cluster, and nothing beyond it. */
const corefile = `.:53 {
  errors
  health
  ready
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    pods insecure
    ttl 5
  }
  cache 5
  reload
}
`;

const dnsLabels = { "k8s-app": "kube-dns" };
const system = "kube-system";

const dns: readonly object[] = [
  ...withRights("coredns", system, [
    rule("", ["endpoints", "services", "pods", "namespaces"], look),
    rule("discovery.k8s.io", ["endpointslices"], look),
  ]),
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "coredns", namespace: system },
    data: { Corefile: corefile },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "coredns", namespace: system, labels: dnsLabels },
    spec: {
      selector: { matchLabels: dnsLabels },
      template: {
        metadata: { labels: dnsLabels },
        spec: {
          serviceAccountName: "coredns",
          dnsPolicy: "Default",
          priorityClassName: "system-cluster-critical",
          containers: [
            {
              name: "coredns",
              image: corednsImage,
              imagePullPolicy: "Never",
              args: ["-conf", "/etc/coredns/Corefile"],
              readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 2 },
              // Port 53 is for root alone.
              securityContext: { runAsUser: 0 },
              volumeMounts: [{ name: "config", mountPath: "/etc/coredns" }],
            },
          ],
          volumes: [{ name: "config", configMap: { name: "coredns" } }],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "kube-dns", namespace: system, labels: dnsLabels },
    spec: {
      selector: dnsLabels,
      clusterIP: plan.dns,
      ports: [
        { name: "dns", port: 53, protocol: "UDP" },
        { name: "dns-tcp", port: 53, protocol: "TCP" },
      ],
    },
  },
];

/** Folders of the node, by the pod that makes and removes each. */
const helperPod = JSON.stringify({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "helper-pod" },
  spec: {
    containers: [{ name: "helper-pod", image: busyboxImage, imagePullPolicy: "Never" }],
  },
});

const volumes: readonly object[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "local-path-storage" } },
  ...withRights("local-path-provisioner", "local-path-storage", [
    rule("", ["nodes", "persistentvolumeclaims", "configmaps", "pods/log"], look),
    rule("", ["pods", "persistentvolumes"], [...look, "create", "patch", "update", "delete"]),
    rule("", ["events"], ["create", "patch"]),
    rule("storage.k8s.io", ["storageclasses"], look),
  ]),
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "local-path-config", namespace: "local-path-storage" },
    data: {
      "config.json": JSON.stringify({
        nodePathMap: [
          { node: "DEFAULT_PATH_FOR_NON_LISTED_NODES", paths: [`${plan.state}/volumes`] },
        ],
      }),
      setup: '#!/bin/sh\nset -eu\nmkdir -m 0777 -p "$VOL_DIR"\n',
      teardown: '#!/bin/sh\nset -eu\nrm -rf "$VOL_DIR"\n',
      "helperPod.yaml": helperPod,
    },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "local-path-provisioner", namespace: "local-path-storage" },
    spec: {
      selector: { matchLabels: { app: "local-path-provisioner" } },
      template: {
        metadata: { labels: { app: "local-path-provisioner" } },
        spec: {
          serviceAccountName: "local-path-provisioner",
          containers: [
            {
              name: "provisioner",
              image: provisionerImage,
              imagePullPolicy: "Never",
              args: [
                ...["start", "--config", "/etc/config/config.json"],
                ...["--service-account-name", "local-path-provisioner"],
              ],
              env: [
                {
                  name: "POD_NAMESPACE",
                  valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } },
                },
                { name: "CONFIG_MOUNT_PATH", value: "/etc/config/" },
              ],
              volumeMounts: [{ name: "config", mountPath: "/etc/config/" }],
            },
          ],
          volumes: [{ name: "config", configMap: { name: "local-path-config" } }],
        },
      },
    },
  },
  {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: {
      name: "local-path",
      annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
    },
    provisioner: "rancher.io/local-path",
    volumeBindingMode: "WaitForFirstConsumer",
    reclaimPolicy: "Delete",
  },
];

/** What kube-proxy may do is bound to its name already; what is here gives names and volumes. */
export const addons: readonly object[] = [...dns, ...volumes];
