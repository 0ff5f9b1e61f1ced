import type { Snapshot } from "./snapshot.ts";

/** Something that the doctor found: what it is about, what is wrong, and what to do. */
export type Finding = {
  readonly severity: "broken" | "warning";
  /** Kind and name, as `Deployment backend`. */
  readonly about: string;
  readonly fault: string;
  readonly remedy: string;
  /** Lines of a log that say more. */
  readonly evidence?: string;
};

/** Looks at one thing of a stack; finds nothing where all is well. */
export type Check = (snapshot: Snapshot) => Finding[];

export const broken = (
  about: string,
  fault: string,
  remedy: string,
  evidence?: string,
): Finding => ({
  severity: "broken",
  about,
  fault,
  remedy,
  ...(evidence && { evidence }),
});

export const warning = (about: string, fault: string, remedy: string): Finding => ({
  severity: "warning",
  about,
  fault,
  remedy,
});
