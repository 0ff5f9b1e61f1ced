import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Reach } from "#components/place.ts";

/** An issuer of OpenID Connect elsewhere, whose tokens the API takes besides its own. */
const oidc = z.strictObject({
  /** As it names itself in its tokens; its keys are found by `/.well-known/openid-configuration`. */
  issuer: z.url({ protocol: /^https?$/ }),
  /** What its tokens must name as the ones they are for. */
  audience: z.string().min(1),
});

/** What can be said of accounts, on every target. */
export const accountsConfig = (defaults: { readonly operators: readonly string[] }) => ({
  /** E-mail addresses of those who look after the stack; each gets an account. See docs/secrets.md. */
  operators: z.array(z.email().toLowerCase()).default([...defaults.operators]),
  oidc: oidc.optional(),
  /** Numbers of the secrets that guard sessions: the first signs, each is taken. */
  tokenSecrets: z
    .array(z.coerce.number().int().min(1).max(999_999))
    .min(1)
    .refine((numbers) => new Set(numbers).size === numbers.length, "must each be another")
    .default([1]),
});

export type AccountsConfig = {
  readonly operators: readonly string[];
  readonly oidc?: z.infer<typeof oidc> | undefined;
  readonly tokenSecrets: readonly number[];
};

/** Makes a secret of the stack by its name, and keeps it. */
type MakePassword = (name: string) => pulumi.Output<string>;

export const operatorPassword = "operator-password";

/** What backend is told of accounts. */
export function accountsEnv(config: AccountsConfig, password: MakePassword) {
  const secrets = config.tokenSecrets.map((number) => {
    // The first one had no number when it was the only one.
    const secret = password(number === 1 ? "token-secret" : `token-secret-${number}`);
    return secret.apply((value) => `${number}:${value}`);
  });
  return {
    TOKEN_SECRET: joined(secrets),
    OPERATORS: config.operators.join(),
    OPERATOR_PASSWORD: password(operatorPassword),
    OIDC_ISSUER: config.oidc?.issuer ?? "",
    OIDC_AUDIENCE: config.oidc?.audience ?? "",
  };
}

/** The way to an issuer elsewhere: it has a name, behind which addresses change. */
export const issuerReach = ({ oidc }: Pick<AccountsConfig, "oidc">): Reach | undefined => {
  if (!oidc) return undefined;
  const { port, protocol } = new URL(oidc.issuer);
  return { peers: [], ports: [Number(port || (protocol === "https:" ? 443 : 80))] };
};

const joined = (values: readonly pulumi.Output<string>[]): pulumi.Output<string> =>
  values.reduce((all, one) => all.apply((text) => one.apply((more) => `${text},${more}`)));
