import { CryptoKey } from "@pulumi/gcp/kms/cryptoKey.js";
import { CryptoKeyIAMMember } from "@pulumi/gcp/kms/cryptoKeyIAMMember.js";
import { KeyRing } from "@pulumi/gcp/kms/keyRing.js";
import * as pulumi from "@pulumi/pulumi";
import { kept } from "#components/place.ts";
import type { GooglePlace } from "./place.ts";
import type { Services } from "./services.ts";

const daySeconds = 86_400;

/**
 * The customer's own key, which only services of Google use, each by its own account. Without it all
 * data is lost: a version that is destroyed can be brought back for 30 days, and where data is kept
 * the key goes with nothing. What is returned is its name, known when the services may use it.
 */
export function makeKey(
  { name, project, region, child }: GooglePlace,
  args: { readonly services: Services; readonly keepData: boolean },
): pulumi.Output<string> {
  const after = { ...child, dependsOn: [...args.services.ready] };
  const ring = new KeyRing(name, { project, location: region }, { ...after, ...kept(args) });
  const key = new CryptoKey(
    name,
    {
      keyRing: ring.id,
      purpose: "ENCRYPT_DECRYPT",
      // A new version for what is written from then on; what was written is read by the old ones.
      rotationPeriod: `${90 * daySeconds}s`,
      destroyScheduledDuration: `${30 * daySeconds}s`,
      versionTemplate: { algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION", protectionLevel: "HSM" },
    },
    { ...child, ...kept(args) },
  );
  const rights = Object.entries(args.services.encrypters).map(
    ([service, member]) =>
      new CryptoKeyIAMMember(
        `${name}-${service}`,
        { cryptoKeyId: key.id, role: "roles/cloudkms.cryptoKeyEncrypterDecrypter", member },
        child,
      ),
  );
  return pulumi.all([key.id, ...rights.map(({ id }) => id)]).apply(([id]) => id ?? "");
}
