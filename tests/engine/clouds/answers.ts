import * as pulumi from "@pulumi/pulumi";
import { azureAnswers } from "../../clouds/azure.ts";
import { googleOutputs } from "../../clouds/google.ts";
import { ociAnswers, ociOutputs } from "../../clouds/oci.ts";
import { madeUpOutputs, madeUpResult } from "../../clouds/sdk-answers.ts";
import type { Cloud } from "./cloud.ts";
import { namedByProvider } from "./names.ts";
import type { CloudPlace } from "./place.ts";

type Values = Readonly<Record<string, unknown>>;

/**
 * What something has once it is made: its inputs, made-up values of the types that its SDK declares,
 * and of a cluster the way to the API server that stands for all of them.
 */
export async function outputsOf(
  { type, name, id, inputs }: { type: string; name: string; id: string; inputs: Values },
  place: CloudPlace,
): Promise<Values> {
  const given = namedByProvider(type);
  return {
    ...madeUpOutputs(type, name, inputs),
    // What Azure calls by its kind on the way in, is the name on the way out.
    ...(type.startsWith("azure-native:") && given && { name: inputs[given] }),
    ...(await plain({ ...googleOutputs(type, name), ...ociOutputs(type, name) })),
    ...own(type, id, inputs, place),
  };
}

function own(type: string, id: string, inputs: Values, { address, authority }: CloudPlace): Values {
  switch (type) {
    case "azure-native:containerservice:ManagedCluster":
      return { fqdn: address };
    case "azure-native:network:PublicIPAddress":
      return { ipAddress: "192.0.2.1" };
    case "gcp:container/cluster:Cluster":
      return { endpoint: address, masterAuth: { clusterCaCertificate: authority } };
    case "gcp:compute/address:Address":
    case "gcp:compute/globalAddress:GlobalAddress":
      return { address: inputs.address ?? "192.0.2.1", selfLink: id };
    case "gcp:serviceaccount/account:Account": {
      const email = `${inputs.accountId}@${inputs.project}.iam.gserviceaccount.com`;
      return { email, member: `serviceAccount:${email}`, name: id };
    }
    case "oci:ContainerEngine/cluster:Cluster":
      return { endpoints: [{ publicEndpoint: address }] };
    default:
      return {};
  }
}

/** What a function of a cloud answers, in the same way; of what stands there, what does. */
export function resultOf(token: string, { authority }: CloudPlace, cloud: Cloud): Values {
  const kubeconfig = `clusters:\n- cluster:\n    certificate-authority-data: ${authority}\n`;
  const named = token.split(":").at(-1);
  return {
    ...madeUpResult(token),
    ...azureAnswers(token),
    ...ociAnswers(token),
    ...(named === "listManagedClusterUserCredentials" && {
      kubeconfigs: [{ name: "clusterUser", value: Buffer.from(kubeconfig).toString("base64") }],
    }),
    ...(named === "getClusterKubeConfig" && { content: kubeconfig }),
    ...(token.endsWith("/getClusters:getClusters") && { clusters: clustersIn(cloud) }),
  };
}

const clustersIn = (cloud: Cloud): Values[] =>
  cloud
    .all()
    .filter(({ type }) => type === "oci:ContainerEngine/cluster:Cluster")
    .map(({ id, outputs }) => ({ ...outputs, id }));

/** Values of a program are late even where they are there; which are secret, the SDKs say. */
const plain = (values: object): Promise<Values> =>
  new Promise((resolve) => pulumi.output(values as Values).apply((it) => resolve(it as Values)));
