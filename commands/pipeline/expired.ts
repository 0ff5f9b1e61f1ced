/** As `pulumi stack ls --json` tells it. */
export type ListedStack = {
  readonly name: string;
  /** RFC 3339; absent, or `n/a`, where nothing was ever put up. */
  readonly lastUpdate?: string;
  readonly updateInProgress?: boolean;
};

/** An open pull request. */
export type OpenPullRequest = {
  readonly number: number;
  readonly labels: readonly string[];
};

export type Expired = { readonly stack: string; readonly number: number; readonly why: string };

/** With this label the namespace of an open pull request outlives its time. */
export const keepLabel = "keep-namespace";

/** The stack of a pull request, and the other way round: `pr-12`. */
export const stackOfPullRequest = (number: number): string => `pr-${number}`;

const numberOf = (name: string): number | undefined => {
  // With a login to Pulumi Cloud names may have their organization before them.
  const digits = /^(?:[^/]+\/){0,2}pr-([1-9]\d*)$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/** An update that runs longer was cut off: the longest step of a stack has an hour at most. */
const longestUpdateHours = 2;

export type ExpiryArgs = {
  readonly stacks: readonly ListedStack[];
  readonly open: readonly OpenPullRequest[];
  readonly now: Date;
  /** How long a namespace lives after its last update. */
  readonly hours: number;
};

/**
 * The stacks of pull requests whose time is over: the pull request is closed, or nothing was put up
 * for so many hours. Stacks of another name are never among them; one that is just being updated is
 * waited for.
 */
export function expiredStacks({ stacks, open, now, hours }: ExpiryArgs): Expired[] {
  return stacks.flatMap((stack): Expired[] => {
    const number = numberOf(stack.name);
    if (number === undefined) return [];
    const age = ageHours(stack.lastUpdate, now);
    if (stack.updateInProgress && (age === undefined || age < longestUpdateHours)) return [];
    const request = open.find((it) => it.number === number);
    if (!request) return [{ stack: stack.name, number, why: "its pull request is closed" }];
    if (request.labels.includes(keepLabel) || age === undefined || age < hours) return [];
    return [{ stack: stack.name, number, why: `it was put up ${Math.floor(age)} h ago` }];
  });
}

/** `undefined` for no time at all. A clock that is behind makes nothing old. */
function ageHours(lastUpdate: string | undefined, now: Date): number | undefined {
  const at = Date.parse(lastUpdate ?? "");
  return Number.isNaN(at) ? undefined : Math.max(0, (now.getTime() - at) / 3_600_000);
}
