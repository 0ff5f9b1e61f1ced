// Without schemas, so that a page takes these and leaves zod behind.

/** The subprotocol of `/ws`, which a client may offer. */
export const syncProtocol = "todo.v1";

/** Why the service closed a connection. Reconnect with the last sequence, unless it says not to. */
export const closeCodes = {
  /** The replica goes; another one is there. Reconnect after a short random time. */
  restarting: 1012,
  /** This replica cannot read the changes now, or is full. Reconnect, others may be better off. */
  unavailable: 1013,
  /** A message was larger than a ping can be; by the protocol itself. */
  tooBig: 1009,
  /** What the client sent is no message of ours. A fault of the client: do not repeat it. */
  notUnderstood: 4400,
  /** The token ran out, or the session is to be shown anew: reconnect, with a good one. */
  expired: 4401,
  /** Nothing was heard of the client for two heartbeats. */
  silent: 4408,
  /** The client takes messages slower than they come. Reconnect, it goes on where it was. */
  tooSlow: 4413,
  /** The user has as many connections as are allowed, or the client says too much. */
  tooMany: 4429,
} as const;
