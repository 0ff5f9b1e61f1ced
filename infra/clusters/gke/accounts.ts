import { createHash } from "node:crypto";
import { Account } from "@pulumi/gcp/serviceaccount/account.js";
import type * as pulumi from "@pulumi/pulumi";

/** The most letters that the name of an account may have. */
const longest = 30;

/**
 * A name for an account of Google, of all its parts; where that is too long, of the beginning and a
 * hash, so that two are never the same.
 * Source: https://cloud.google.com/iam/docs/service-accounts-create
 */
export function accountIdOf(...parts: readonly string[]): string {
  const name = parts.join("-");
  if (name.length <= longest) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.slice(0, longest - hash.length - 1).replace(/-+$/, "")}-${hash}`;
}

/** An account of Google without rights, and as whom it is given some. */
export function makeAccount(
  name: string,
  args: { readonly project: pulumi.Input<string>; readonly id: string; readonly for: string },
  opts: pulumi.CustomResourceOptions,
) {
  return new Account(
    name,
    { project: args.project, accountId: args.id, displayName: args.for },
    opts,
  );
}
