import { z } from "zod";
import type { AppId } from "./services.ts";

/** Where the replicas of each public service listen, as `http://127.0.0.1:8000`. */
export type Targets = Readonly<Partial<Record<AppId, readonly string[]>>>;

/** What a stack without a gateway of its own tells `web`: where to be it, and for whom. */
export type GatewayFacts = {
  readonly port: number;
  readonly targets: Targets;
  /** By path, with all below it: what the stack has besides its services. */
  readonly besides?: Readonly<Record<string, readonly string[]>> | undefined;
};

const addresses = z.array(z.url({ protocol: /^http$/ })).min(1);
const facts = z.object({
  port: z.int().min(1).max(65_535),
  targets: z.record(z.string(), addresses),
  besides: z.record(z.string().regex(/^\/[a-z]+$/), addresses).optional(),
});

/** Reads the facts as a service is told them, as JSON; nothing where the gateway is another. */
export function gatewayFactsOf(text: string): GatewayFacts | undefined {
  return text === "" ? undefined : (facts.parse(JSON.parse(text)) as GatewayFacts);
}
