import type { Pinned } from "./pinned.ts";

const kubernetes = "k8s.io/kubernetes/cmd";
const dapr = "github.com/dapr/dapr/cmd";

/** What a Kubernetes of this machine alone is made of; the tests of the system on one need it. */
export const clusterPrograms = {
  kubernetes: {
    version: "1.34.4",
    recipe: {
      kind: "go",
      folder: "go/kubernetes",
      package: [
        `${kubernetes}/kube-apiserver`,
        `${kubernetes}/kube-controller-manager`,
        `${kubernetes}/kube-scheduler`,
        `${kubernetes}/kubelet`,
        `${kubernetes}/kube-proxy`,
      ],
      versionVariable: "k8s.io/component-base/version.gitVersion",
      versionPrefix: "v",
    },
    main: "bin",
    smoke: ["bin/kubelet", "--version"],
  },
  helm: {
    version: "3.19.0",
    recipe: {
      kind: "go",
      folder: "go/helm",
      package: "helm.sh/helm/v3/cmd/helm",
      versionVariable: "helm.sh/helm/v3/internal/version.version",
      versionPrefix: "v",
    },
    main: "bin/helm",
    smoke: ["bin/helm", "version", "--short"],
  },
  coredns: {
    version: "1.12.0",
    recipe: { kind: "go", folder: "go/coredns", package: "github.com/coredns/coredns" },
    main: "bin/coredns",
    smoke: ["bin/coredns", "-version"],
  },
  "local-path-provisioner": {
    version: "0.0.30",
    recipe: {
      kind: "go",
      folder: "go/local-path-provisioner",
      package: "github.com/rancher/local-path-provisioner",
    },
    main: "bin/local-path-provisioner",
    smoke: ["bin/local-path-provisioner", "--version"],
  },
  pause: {
    version: "1.0.0",
    recipe: { kind: "go", folder: "go/pause", package: ".", sources: ["main.go"] },
    main: "bin/pause",
  },
  "dapr-control-plane": {
    version: "1.16.5",
    recipe: {
      kind: "go",
      folder: "go/dapr",
      package: [
        `${dapr}/operator`,
        `${dapr}/injector`,
        `${dapr}/sentry`,
        `${dapr}/scheduler`,
        `${dapr}/placement`,
      ],
      versionVariable: "github.com/dapr/dapr/pkg/buildinfo.version",
    },
    main: "bin",
  },
} as const satisfies Record<string, Pinned>;

export type ClusterProgramName = keyof typeof clusterPrograms;
