import { inContainers, podKinds, podOf } from "../pods.ts";
import type { Resource } from "../resource.ts";
import { entriesOf } from "../resource.ts";
import type { ResourceRule, Settings } from "../rule.ts";

/** What names an image in custom resources of operators. */
const imagePaths: Readonly<Record<string, readonly string[][]>> = {
  "postgresql.cnpg.io/Cluster": [["spec", "imageName"]],
  "kafka.strimzi.io/Kafka": [["spec", "kafka", "image"]],
  "gateway.envoyproxy.io/EnvoyProxy": [
    ["spec", "provider", "kubernetes", "envoyDeployment", "container", "image"],
  ],
};

export const imagesArePinned: ResourceRule = {
  name: "images-are-pinned",
  says: "An image of ours is named by its content, one of others by its digest (in dev: its version).",
  remedy:
    "Write name:sha-<hash of the content> for an image of ours, name:version@sha256:<digest> for " +
    "one of others; where versions are enough, set thirdPartyImages: version for this rule in a " +
    "file for --policy-pack-config.",
  about: [...podKinds, ...Object.keys(imagePaths)],
  options: { thirdPartyImages: { type: "string", enum: ["digest", "version"] } },
  faultsOf: (resource, settings) => [
    ...inContainers(resource, ({ props }) => faultsOfImage(props.image, settings)),
    ...(imagePaths[resource.kind] ?? []).flatMap((path) =>
      given(
        path.reduce((inner, key) => inner?.[key], resource.props),
        settings,
      ),
    ),
    ...given(podOf(resource)?.metadata.annotations?.["dapr.io/sidecar-image"], settings),
  ],
};

export const chartsRunVersions: ResourceRule = {
  name: "charts-run-versions",
  says: "What a chart runs has a version.",
  remedy: "Set the image's tag in the values of the chart (platform.values).",
  about: podKinds,
  whose: "charts'",
  faultsOf: (resource) =>
    inContainers(resource, ({ props }) =>
      faultsOfImage(props.image, { thirdPartyImages: "version" }),
    ),
};

export const chartsArePinned: ResourceRule = {
  name: "charts-are-pinned",
  says: "A chart from a repository has a version.",
  remedy: "Name the version of the chart: components/charts.ts, or platform.charts of the stack.",
  about: ["helm.sh/Chart", "helm.sh/Release"],
  faultsOf: ({ props }) => {
    // The real provider registers a chart without what it was told, which then cannot be judged.
    if (props.chart === undefined) return [];
    const isFolder = /^[./]/.test(String(props.chart)) && !props.repositoryOpts?.repo;
    return isFolder || versioned.test(String(props.version ?? "")) ? [] : ["has no version"];
  },
};

/** A version that says at least major and minor, with whatever follows. */
const versioned = /^v?\d+\.\d+/;
const digested = /@sha256:[0-9a-f]{64}$/;
/** A tag that is made of the content: a hash, as images of ours have. */
const contentTag = /^(sha-[0-9a-f]{7,64}|[0-9a-f]{12,64})$/;

/** An image where none need be given. */
const given = (image: unknown, settings: Settings) =>
  image === undefined ? [] : faultsOfImage(image, settings);

function faultsOfImage(image: unknown, settings: Pick<Settings, "thirdPartyImages">): string[] {
  if (image === undefined) return ["has no image"];
  // An image that is yet to be built is looked at when its name is known.
  if (typeof image !== "string" || digested.test(image)) return [];
  if (image.includes("@")) return [`runs ${image}, whose digest is none (sha256:…)`];
  const tag = /:([^:/@]+)$/.exec(image)?.[1];
  if (tag === undefined) return [`runs ${image}, which is whatever was pushed last`];
  if (contentTag.test(tag)) return [];
  if (!versioned.test(tag)) return [`runs ${image}, whose tag says nothing of its content`];
  return settings.thirdPartyImages === "digest" ? [`runs ${image}, which may be pushed anew`] : [];
}

/** Values of charts say images in two halves; a tag that moves is seen there already. */
export const chartValuesNameVersions: ResourceRule = {
  name: "chart-values-name-versions",
  says: "Where the values of a chart name an image they name its version or digest.",
  remedy: "Write a version as the tag.",
  about: ["helm.sh/Chart", "helm.sh/Release"],
  faultsOf: ({ props }: Resource) =>
    tagsIn(props.values, "values").flatMap(([path, tag]) =>
      versioned.test(tag) || contentTag.test(tag) || digested.test(`@${tag}`)
        ? []
        : [`sets ${path} to ${tag}`],
    ),
};

const tagsIn = (value: unknown, path: string): [string, string][] =>
  entriesOf(value).flatMap(([key, inner]): [string, string][] =>
    key === "tag" && typeof inner === "string" && inner !== ""
      ? [[`${path}.tag`, inner]]
      : tagsIn(inner, `${path}.${key}`),
  );
