/** The programs of the local stack's own servers, in the order in which it needs them. */
export const ownServers = ["postgres", "redis-server", "java", "kafka", "zipkin"] as const;

/** Those of Dapr, which it runs whoever runs the servers. */
export const daprPrograms = ["dapr-sentry", "dapr-scheduler", "daprd"] as const;

/** All that the local stack runs when every server is its own. */
export const hostPrograms = [...ownServers, ...daprPrograms] as const;
