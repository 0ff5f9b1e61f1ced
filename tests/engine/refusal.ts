import type { Cluster } from "./kubernetes/cluster.ts";

const root = "/apis/admissionregistration.k8s.io/v1";
const name = "refusal";

/**
 * Makes the API server refuse one object, as a company's rules may do; resolves when it does. The
 * function it resolves to takes the rule back.
 */
export async function refuse(
  cluster: Cluster,
  { kind, named }: { readonly kind: string; readonly named: string },
): Promise<() => Promise<void>> {
  const rules = [
    { apiGroups: ["*"], apiVersions: ["*"], operations: ["CREATE"], resources: ["*"] },
  ];
  await post(cluster, "validatingadmissionpolicies", {
    kind: "ValidatingAdmissionPolicy",
    spec: {
      failurePolicy: "Fail",
      matchConstraints: { resourceRules: rules },
      matchConditions: [
        { name: "kind", expression: `request.kind.kind == ${JSON.stringify(kind)}` },
        { name: "name", expression: `request.name == ${JSON.stringify(named)}` },
      ],
      validations: [
        { expression: "false", message: "there may be no user of this name, says a test" },
      ],
    },
  });
  await post(cluster, "validatingadmissionpolicybindings", {
    kind: "ValidatingAdmissionPolicyBinding",
    spec: { policyName: name, validationActions: ["Deny"] },
  });
  return async () => {
    for (const plural of ["validatingadmissionpolicybindings", "validatingadmissionpolicies"]) {
      await cluster.ask(`${root}/${plural}/${name}`, { method: "DELETE" });
    }
  };
}

async function post(cluster: Cluster, plural: string, object: object): Promise<void> {
  const { status, body } = await cluster.ask(`${root}/${plural}`, {
    method: "POST",
    body: { apiVersion: "admissionregistration.k8s.io/v1", metadata: { name }, ...object },
  });
  if (status !== 201) throw new Error(`${plural}: ${status} ${JSON.stringify(body)}`);
}
