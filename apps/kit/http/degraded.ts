/** Parts that a service does without for a while, each with whether it is there now. */
export type DegradableParts = Readonly<Record<string, () => boolean | Promise<boolean>>>;

/** The names of those that are away; one that does not answer in time is away too. */
export async function degradedParts(parts: DegradableParts): Promise<readonly string[]> {
  const asked = await Promise.all(
    Object.entries(parts).map(async ([name, isThere]) => ({ name, there: await isThere() })),
  );
  return asked.filter(({ there }) => !there).map(({ name }) => name);
}

/** Asks a sidecar whether it can do its part; the app that it belongs to is none of the question. */
export const sidecarAnswers =
  (address: string, timeoutMs = 200) =>
  async (): Promise<boolean> => {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      return (await fetch(`${address}/v1.0/healthz/outbound`, { signal })).ok;
    } catch {
      return false;
    }
  };
