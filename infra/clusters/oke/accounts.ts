import { AuthToken } from "@pulumi/oci/identity/authToken.js";
import { getTenancyOutput } from "@pulumi/oci/identity/getTenancy.js";
import { Group } from "@pulumi/oci/identity/group.js";
import { User } from "@pulumi/oci/identity/user.js";
import { UserGroupMembership } from "@pulumi/oci/identity/userGroupMembership.js";
import * as pulumi from "@pulumi/pulumi";
import type { OciChild, OciPlace } from "./place.ts";

/** A user for a program, alone in its group: Oracle gives rights to groups. */
export type Account = {
  readonly user: User;
  /** As policies call it: `group id ocid1.group…`. */
  readonly who: pulumi.Output<string>;
  readonly ready: pulumi.Resource;
};

/**
 * Makes such a user. It has no password and no way to the console: only the tokens and keys that
 * are made for it.
 */
export function makeAccount(
  name: string,
  description: string,
  { tenancyId, identityChild }: Pick<OciPlace, "tenancyId" | "identityChild">,
): Account {
  const common = { compartmentId: tenancyId, name, description };
  const user = new User(name, common, identityChild);
  const group = new Group(name, common, identityChild);
  const membership = new UserGroupMembership(
    name,
    { groupId: group.id, userId: user.id },
    identityChild,
  );
  return { user, who: pulumi.interpolate`group id ${group.id}`, ready: membership };
}

/**
 * A token by which an account signs in where passwords are asked for; a secret. The SDK does not say
 * so of it, and what a resource puts out is in the state as the SDK says.
 */
export const tokenOf = (
  name: string,
  { user }: Account,
  identityChild: OciChild,
): pulumi.Output<string> =>
  pulumi.secret(
    new AuthToken(
      name,
      { userId: user.id, description: "Todo Evolution" },
      { ...identityChild, additionalSecretOutputs: ["token"] },
    ).token,
  );

/** The name of a tenancy, with which names of its users begin outside of it. */
export const tenancyName = (tenancyId: string, identityChild: OciChild): pulumi.Output<string> =>
  getTenancyOutput({ tenancyId }, identityChild).name;
