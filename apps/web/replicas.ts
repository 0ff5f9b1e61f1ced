/** How long a replica that refused a connection is passed over while another one takes them. */
const restMs = 1_000;

/** The replicas of one service, each asked in its turn. */
export type Replicas = {
  /** All of them in the order to try: the next in turn first, those that rest last. */
  readonly inTurn: () => URL[];
  readonly refused: (replica: URL) => void;
};

/** Takes turns over the addresses of a service's replicas. */
export function createReplicas(
  addresses: readonly string[],
  now: () => number = Date.now,
): Replicas {
  const all = addresses.map((address) => new URL(address));
  const restsUntil = new Map<URL, number>();
  let turn = 0;
  return {
    inTurn: () => {
      const first = all.length === 0 ? 0 : turn++ % all.length;
      const order = [...all.slice(first), ...all.slice(0, first)];
      const rests = (replica: URL) => (restsUntil.get(replica) ?? 0) > now();
      return [...order.filter((it) => !rests(it)), ...order.filter(rests)];
    },
    refused: (replica) => restsUntil.set(replica, now() + restMs),
  };
}
