import type { Place } from "#components/place.ts";
import { labelsOf } from "#components/place.ts";

const api = "cert-manager.io/v1";
const authority = "redis-ca";
const tenYears = "87600h";
const fiveYears = "43800h";

/**
 * An authority of our own and the certificate of a Service, in the order in which they are made.
 * Redis reads its certificate when it starts only, so it is one that does not run out on the way.
 */
export const certificateObjects = (
  secretName: string,
  service: string,
  { namespace }: Pick<Place, "namespace">,
) => {
  const object = (kind: "Issuer" | "Certificate", name: string, spec: object) => ({
    apiVersion: api,
    kind,
    metadata: {
      name,
      namespace,
      labels: labelsOf(name),
      annotations: { "pulumi.com/waitFor": "condition=Ready" },
    },
    spec,
  });
  const privateKey = { algorithm: "ECDSA", size: 256 };
  const itself = `${authority}-itself`;
  return [
    object("Issuer", itself, { selfSigned: {} }),
    object("Certificate", authority, {
      secretName: authority,
      isCA: true,
      commonName: authority,
      duration: tenYears,
      privateKey,
      issuerRef: { name: itself, kind: "Issuer" },
    }),
    object("Issuer", authority, { ca: { secretName: authority } }),
    object("Certificate", secretName, {
      secretName,
      dnsNames: [service, `${service}.${namespace}`, `${service}.${namespace}.svc`],
      duration: fiveYears,
      privateKey,
      issuerRef: { name: authority, kind: "Issuer" },
    }),
  ];
};
