import type { Cases } from "./case.ts";
import { chart, deployment, dev, fromChart, object, prod } from "./case.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const running = (image: string | undefined) => deployment({ container: { image } });

export const imageCases: Cases = {
  "images-are-pinned": {
    rejects: [
      {
        when: "there is no tag",
        resources: [running("registry.example:5000/zipkin")],
        settings: dev,
        says: "runs registry.example:5000/zipkin, which is whatever was pushed last",
      },
      {
        when: "the tag moves",
        resources: [running("zipkin:latest")],
        settings: dev,
        says: "runs zipkin:latest, whose tag says nothing of its content",
      },
      {
        when: "the tag is a major version only",
        resources: [running("postgres:18")],
        settings: dev,
        says: "whose tag says nothing",
      },
      {
        when: "in prod there is a version only",
        resources: [running("zipkin:3.5.1")],
        settings: prod,
        says: "runs zipkin:3.5.1, which may be pushed anew",
      },
      {
        when: "an operator is told an image that moves",
        resources: [
          object("postgresql.cnpg.io/v1:Cluster", "postgres", { spec: { imageName: "pg:main" } }),
        ],
        says: "Cluster todo/postgres runs pg:main",
      },
      {
        when: "the sidecar's image moves",
        resources: [deployment({ annotations: { "dapr.io/sidecar-image": "daprd:edge" } })],
        says: "runs daprd:edge",
      },
      {
        when: "the digest is none",
        resources: [running("zipkin:3.5.1@sha256:0")],
        says: "runs zipkin:3.5.1@sha256:0, whose digest is none",
      },
      { when: "there is no image", resources: [running(undefined)], says: "has no image" },
    ],
    accepts: [
      { when: "the tag is a hash of the content", resources: [deployment()] },
      { when: "the tag says that it is one", resources: [running("todo-a:sha-0a1b2c3d")] },
      { when: "there is a digest", resources: [running(`zipkin:3.5.1@${digest}`)], settings: prod },
      {
        when: "in dev there is a version",
        resources: [running("zipkin:v3.5-slim")],
        settings: dev,
      },
      {
        when: "versions are enough for this stack",
        resources: [running("zipkin:3.5.1")],
        settings: { size: "prod", thirdPartyImages: "version" },
      },
    ],
  },
  "charts-run-versions": {
    rejects: [
      {
        when: "a chart runs what was pushed last",
        resources: [fromChart(running("dapr:latest"))],
        says: "runs dapr:latest",
      },
    ],
    accepts: [
      { when: "a chart runs a version", resources: [fromChart(running("dapr:1.16.5"))] },
      { when: "it is no chart's", resources: [running("dapr:latest")] },
    ],
  },
  "charts-are-pinned": {
    rejects: [
      {
        when: "a chart has no version",
        resources: [chart("keda", { version: undefined, repositoryOpts: { repo: "https://x" } })],
        says: "Chart keda has no version",
      },
      {
        when: "a chart has a range of versions",
        resources: [chart("keda", { version: "^2.18.0" })],
        says: "has no version",
      },
    ],
    accepts: [
      { when: "a chart has a version", resources: [chart("keda", { version: "v2.18.0" })] },
      { when: "it is a folder", resources: [chart("a", { chart: "./a", version: undefined })] },
    ],
  },
  "chart-values-name-versions": {
    rejects: [
      {
        when: "the values name a tag that moves",
        resources: [chart("keda", { values: { operator: { image: { tag: "main" } } } })],
        says: "sets values.operator.image.tag to main",
      },
    ],
    accepts: [
      {
        when: "the values name a version",
        resources: [chart("keda", { values: { image: { tag: "2.18.0" } } })],
      },
    ],
  },
};
