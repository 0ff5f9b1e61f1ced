import type { Props } from "../resource.ts";

/**
 * What the rules have to know of a kind of resource in a cloud: for each of them, what breaks it, as
 * clauses whose subject is the resource. What is absent does not concern the kind.
 */
export type Traits = {
  /** Ways to it from the internet. */
  readonly open?: (props: Props) => readonly string[];
  /** What of it is not encrypted with a key of the customer. */
  readonly unlocked?: (props: Props) => readonly string[];
  /** Ways to it that are not encrypted. */
  readonly inClear?: (props: Props) => readonly string[];
  /** Rights that are wider than one use. */
  readonly wide?: (props: Props) => readonly string[];
  /** Whether data goes with it. */
  readonly keepsData?: true;
};

/** A clause, when something does not hold. */
export const unless = (holds: boolean, clause: string): string[] => (holds ? [] : [clause]);
