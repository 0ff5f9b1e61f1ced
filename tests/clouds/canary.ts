/** What every secret of a recorded stack begins with, so that one in clear is found. */
export const canary = "canary-of-the-cloud";
