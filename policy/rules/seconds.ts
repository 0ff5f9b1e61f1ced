const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600 };

/** The seconds of a duration as Go writes it, `1m30s`; `undefined` if it is not one. */
export function seconds(duration: unknown): number | undefined {
  if (typeof duration !== "string" || !/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(duration))
    return undefined;
  return [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (units[unit as string] ?? 0),
    0,
  );
}
