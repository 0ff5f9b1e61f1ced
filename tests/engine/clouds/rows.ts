import { type CloudChoice, factors } from "../../clouds/stacks.ts";
import { pairwise } from "../../manifests/pairwise.ts";

const textOf = (choice: CloudChoice): string => JSON.stringify(choice);
const pairs = pairwise(factors) as CloudChoice[];
const isFull = ({ kafka, data }: CloudChoice): boolean => kafka === "managed" && data === "managed";

/** Every two choices meet in one of these; and of each cloud all that it runs. */
export const rows: readonly CloudChoice[] = [
  ...pairs,
  ...factors.cluster
    .map((cluster) => ({ cluster, kafka: "managed", data: "managed" }))
    .filter((one) => !pairs.map(textOf).includes(textOf(one))),
];

/** What a cloud runs, all of it. */
export const full = rows.filter(isFull);

/** The rows that live a whole life: all, or where there are minutes only, the last that is full. */
export const livesOf = (isShort: boolean): readonly CloudChoice[] =>
  isShort ? full.slice(-1) : rows;
