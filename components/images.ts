/** An image of others, pinned. */
export type Image = {
  readonly repository: string;
  readonly tag: string;
  /** As `sha256:…`; with it the tag is for people only. */
  readonly digest?: string;
};

/** The images of others that we run ourselves; what a chart runs is pinned by the chart. */
export const images = {
  "kafka-exporter": { repository: "docker.io/danielqsj/kafka-exporter", tag: "v1.9.0" },
  // Not the newest: the one whose parts our configuration was tried with, spans through to Zipkin.
  "opentelemetry-collector": {
    repository: "docker.io/otel/opentelemetry-collector-contrib",
    tag: "0.144.0",
  },
  // PostgreSQL as CloudNativePG wants it, with Barman's programs for backups.
  postgres: { repository: "ghcr.io/cloudnative-pg/postgresql", tag: "18.0-system-trixie" },
  redis: { repository: "docker.io/library/redis", tag: "8.2.3" },
  "redis-exporter": { repository: "docker.io/oliver006/redis_exporter", tag: "v1.80.0" },
  "redpanda-console": { repository: "docker.io/redpandadata/console", tag: "v3.7.3" },
  zipkin: { repository: "docker.io/openzipkin/zipkin-slim", tag: "3.5.1" },
} as const satisfies Record<string, Image>;

export type ImageName = keyof typeof images;

/** Images that a stack takes from somewhere else than usual: a mirror, another version. */
export type ImageOverrides = { readonly [Name in ImageName]?: Image };

/** The reference of an image as a pod names it. */
const imageReference = ({ repository, tag, digest }: Image): string =>
  digest ? `${repository}:${tag}@${digest}` : `${repository}:${tag}`;

/** The reference of an image of the catalog, or of what a stack puts in its place. */
export const imageOf = (name: ImageName, overrides: ImageOverrides = {}): string =>
  imageReference(overrides[name] ?? images[name]);
