import type { Resource } from "../resource.ts";
import { listOf } from "../resource.ts";
import type { ResourceRule } from "../rule.ts";
import { redpandaValues } from "./redpanda.ts";

/** Kinds whose removal takes data with it. */
const dataKinds = [
  "kafka.strimzi.io/Kafka",
  "kafka.strimzi.io/KafkaNodePool",
  "kafka.strimzi.io/KafkaTopic",
  "cluster.redpanda.com/Redpanda",
  "cluster.redpanda.com/Topic",
  "postgresql.cnpg.io/Cluster",
  "core/PersistentVolumeClaim",
];

const holdsData = ({ kind, props }: Resource): boolean =>
  dataKinds.includes(kind) ||
  (kind === "apps/StatefulSet" && listOf(props.spec?.volumeClaimTemplates).length > 0) ||
  (kind.startsWith("helm.sh/") && redpandaValues(props) !== undefined);

export const productionDataIsProtected: ResourceRule = {
  name: "production-data-is-protected",
  says: "In prod nobody deletes data by a plain `pulumi up` or `pulumi destroy`.",
  remedy: "Give the resource the option protect: true; README says how it is lifted.",
  about: [...dataKinds, "apps/StatefulSet", "helm.sh/Chart", "helm.sh/Release"],
  faultsOf: (resource, { size }) =>
    size === "prod" && holdsData(resource) && !resource.protect
      ? ["holds data and can be deleted like anything else"]
      : [],
};

/** Source: strimzi/strimzi-kafka-operator#11516, volumes that outlive or not what they belong to. */
export const productionVolumesStay: ResourceRule = {
  name: "production-volumes-stay",
  says: "In prod a volume is kept when what it belongs to goes.",
  remedy: "Set deleteClaim: false (whenDeleted: Retain for a StatefulSet).",
  about: ["kafka.strimzi.io/KafkaNodePool", "apps/StatefulSet"],
  faultsOf: ({ props: { spec } }, { size }) => {
    if (size !== "prod") return [];
    const storage = [spec?.storage, ...listOf(spec?.storage?.volumes)];
    const isEphemeral = storage.some((one) => one?.type === "ephemeral");
    const goes =
      storage.some((one) => one?.deleteClaim === true) ||
      spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted === "Delete";
    return [
      ...(isEphemeral ? ["keeps its data only as long as its pods"] : []),
      ...(goes ? ["takes its volumes with it"] : []),
    ];
  },
};
