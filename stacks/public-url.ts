import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { configCommand } from "#components/config-command.ts";

/** An origin, by which people and programs reach a stack. */
export const publicUrl = z
  .string()
  .refine(isOrigin, "must be scheme, host and port only, as https://todo.example");

type Reached = {
  readonly ingress: { readonly enabled: boolean; readonly host: string };
  readonly publicUrl?: string | undefined;
};

/** By `kubectl port-forward`, which reaches one service at a time. */
const byPortForward = "http://localhost:8080";

/**
 * The address that tokens name as their issuer, whose pages may use a session, and whose scheme says
 * whether its cookie is for encrypted connections alone.
 */
export const publicUrlOf = ({ ingress, publicUrl }: Reached): string =>
  ingress.enabled ? `https://${ingress.host}` : (publicUrl ?? byPortForward);

/** What does not go together: the gateway of a stack has a name of its own. */
export function publicUrlFaults({ ingress, publicUrl }: Reached): string[] {
  if (!ingress.enabled || publicUrl === undefined || publicUrl === `https://${ingress.host}`) {
    return [];
  }
  return [
    `Configuration key publicUrl is ${JSON.stringify(publicUrl)}, but the gateway of this stack serves ` +
      `https://${ingress.host}. Set its host: ${configCommand("set --path ingress.host <host>")}, ` +
      `or do without it: ${configCommand("set --path ingress.enabled false")}`,
  ];
}

/** Says so where nobody has told how a stack without a gateway is reached. */
export function warnOfPublicUrl({ ingress, publicUrl }: Reached): void {
  if (ingress.enabled || publicUrl !== undefined) return;
  void pulumi.log.warn(
    `The stack has no gateway (ingress.enabled), and publicUrl is not set: accounts, tokens and ` +
      `WebSockets take ${byPortForward} for its address. Set the one by which people reach it: ` +
      configCommand("set publicUrl https://todo.example"),
  );
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
