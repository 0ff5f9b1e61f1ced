/** A random id, also where the page is not served securely and `randomUUID` is absent. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** How long to wait before the next try: doubling from `firstMs`, and anywhere up to that. */
export const backoffMs = (tries: number, firstMs = 500, longestMs = 30_000): number =>
  Math.min(longestMs, firstMs * 2 ** Math.min(tries, 16)) * (0.25 + 0.75 * Math.random());
