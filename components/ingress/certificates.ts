import type { Place } from "#components/place.ts";
import { labelsOf } from "#components/place.ts";

/** Who signs the gateway's certificate: itself (a laptop), an ACME authority, or a given issuer. */
export type Issuer =
  | { readonly kind: "self-signed" }
  | { readonly kind: "acme"; readonly server: string; readonly email: string }
  | { readonly kind: "given"; readonly name: string; readonly cluster: boolean };

const ownIssuer = "todo-gateway";

/** The issuer of the namespace; one that is given is only pointed at by the certificate. */
export const issuerObject = ({ namespace }: Place, issuer: Exclude<Issuer, { kind: "given" }>) => ({
  apiVersion: "cert-manager.io/v1",
  kind: "Issuer",
  metadata: { name: ownIssuer, namespace, labels: labelsOf(ownIssuer) },
  spec:
    issuer.kind === "acme"
      ? {
          acme: {
            server: issuer.server,
            email: issuer.email,
            privateKeySecretRef: { name: `${ownIssuer}-account` },
            solvers: [
              {
                http01: {
                  gatewayHTTPRoute: {
                    parentRefs: [{ name: "todo", kind: "Gateway", sectionName: "http" }],
                  },
                },
              },
            ],
          },
        }
      : { selfSigned: {} },
});

/** The certificate of the gateway's host, renewed by cert-manager. */
export const certificate = (
  { namespace }: Place,
  host: string,
  secretName: string,
  issuer: Issuer,
) => ({
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: {
    name: secretName,
    namespace,
    labels: labelsOf(secretName),
    // An ACME authority answers only once a person has pointed the host at the gateway.
    ...(issuer.kind !== "acme" && { annotations: { "pulumi.com/waitFor": "condition=Ready" } }),
  },
  spec: {
    secretName,
    dnsNames: [host],
    privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    issuerRef:
      issuer.kind === "given"
        ? { name: issuer.name, kind: issuer.cluster ? "ClusterIssuer" : "Issuer" }
        : { name: ownIssuer, kind: "Issuer" },
  },
});
