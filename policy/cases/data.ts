import type { Cases } from "./case.ts";
import { chart, dev, object, prod } from "./case.ts";

const database = (protect: boolean) =>
  object("postgresql.cnpg.io/v1:Cluster", "postgres", {}, { protect });
const set = (spec: object) => object("apps/v1:StatefulSet", "redis", { spec });
const pool = (storage: object) =>
  object("kafka.strimzi.io/v1:KafkaNodePool", "brokers", { spec: { storage } });

export const dataCases: Cases = {
  "production-data-is-protected": {
    rejects: [
      {
        when: "a database is not",
        resources: [database(false)],
        settings: prod,
        says: "Cluster todo/postgres holds data and can be deleted like anything else",
      },
      {
        when: "a set with volumes is not",
        resources: [set({ volumeClaimTemplates: [{}] })],
        settings: prod,
        says: "StatefulSet todo/redis holds data",
      },
      {
        when: "Redpanda's chart is not",
        resources: [chart("redpanda", { values: {} })],
        settings: prod,
        says: "Chart redpanda holds data",
      },
    ],
    accepts: [
      { when: "it is protected", resources: [database(true)], settings: prod },
      { when: "it is dev's", resources: [database(false)], settings: dev },
      { when: "there is no data", resources: [set({}), chart("keda", {})], settings: prod },
    ],
  },
  "production-volumes-stay": {
    rejects: [
      {
        when: "a claim goes with the brokers",
        resources: [
          pool({ type: "jbod", volumes: [{ type: "persistent-claim", deleteClaim: true }] }),
        ],
        settings: prod,
        says: "KafkaNodePool todo/brokers takes its volumes with it",
      },
      {
        when: "there is no volume",
        resources: [pool({ type: "ephemeral" })],
        settings: prod,
        says: "keeps its data only as long as its pods",
      },
      {
        when: "the claims of a set go with it",
        resources: [set({ persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete" } })],
        settings: prod,
        says: "StatefulSet todo/redis takes its volumes with it",
      },
    ],
    accepts: [
      {
        when: "volumes are kept",
        resources: [pool({ type: "persistent-claim", deleteClaim: false }), set({})],
        settings: prod,
      },
      { when: "it is dev's", resources: [pool({ deleteClaim: true })], settings: dev },
    ],
  },
};
