export type ExecKubeconfigArgs = {
  /** Of the cluster, its context and its user. */
  readonly name: string;
  /** Address of the API server. */
  readonly server: string;
  /** Of the API server's own authority, in base64. */
  readonly authority: string;
  /** The program that makes tokens, which must be on PATH, and what it is told. */
  readonly command: readonly [string, ...string[]];
  /** Whether that program is told of the cluster. */
  readonly provideClusterInfo: boolean;
};

/** A kubeconfig without credentials: a program asks the cloud for a token of whoever runs it. JSON, which is YAML too. */
export function execKubeconfig(args: ExecKubeconfigArgs): string {
  const { name, server, authority, provideClusterInfo } = args;
  const [command, ...given] = args.command;
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name, cluster: { server, "certificate-authority-data": authority } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command,
            args: given,
            interactiveMode: "Never",
            provideClusterInfo,
          },
        },
      },
    ],
  });
}
