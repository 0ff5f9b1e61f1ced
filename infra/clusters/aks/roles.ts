import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment.js";
import * as pulumi from "@pulumi/pulumi";

/**
 * Azure's own roles that we give, none of which may do everything somewhere.
 * Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
 */
const roles = {
  "pulls images": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
  "joins networks": "4d97b98b-1d4f-4787-a291-c67834d212e7",
  "hands out an identity": "f1a07417-d97a-45cb-824c-7a7467783830",
  "encrypts with keys": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
  "reads secrets": "4633458b-17de-408a-b874-0445c86b69e6",
  "writes blobs": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
  reads: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
} as const;

export type Right = {
  readonly principal: pulumi.Input<string>;
  readonly role: keyof typeof roles;
  /** The id of the one resource for which it is given. */
  readonly on: pulumi.Input<string>;
};

/** Gives an identity a right on one resource. */
export const allow = (
  name: string,
  { principal, role, on }: Right,
  opts: pulumi.CustomResourceOptions,
): RoleAssignment =>
  new RoleAssignment(
    name,
    {
      principalId: principal,
      // Without it Azure may not yet know an identity that was made a moment ago.
      principalType: "ServicePrincipal",
      roleDefinitionId: pulumi.output(on).apply((scope) => definitionIn(scope, roles[role])),
      scope: on,
    },
    opts,
  );

/** A role is named by the subscription in which it is given. */
const definitionIn = (scope: string, id: string): string =>
  `/${scope.split("/").slice(1, 3).join("/")}/providers/Microsoft.Authorization/roleDefinitions/${id}`;
