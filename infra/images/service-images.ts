import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { ImageDelivery } from "../clusters/cluster.ts";
import { Job } from "../host/job.ts";
import { baseOf } from "./base.ts";
import { tagOfContent } from "./content.ts";
import { imageReference } from "./reference.ts";
import { sightOf } from "./sight.ts";

/** Images that a pipeline has built and pushed, all under one tag. */
export type GivenImages = {
  readonly kind: "given";
  readonly registry: pulumi.Input<string>;
  readonly tag: string;
};

/** Images built of this clone, and handed to the cluster in its own way. */
export type BuiltImages = {
  readonly kind: "built";
  /** A reference, or "machine"; `undefined` is that of apps/Dockerfile. */
  readonly base: string | undefined;
  readonly delivery: ImageDelivery;
};

export type ServiceImagesArgs = {
  /** Root of the clone (absolute). */
  readonly clone: string;
  /** The stack's folder in it, for the logs of builds (absolute). */
  readonly stackFolder: string;
  /** Folders below apps, each with a main.ts. */
  readonly names: readonly string[];
  readonly images: GivenImages | BuiltImages;
};

/**
 * The images of services. Built ones are tagged by their content, which a preview knows as well:
 * it shows whose image changes, and builds none.
 */
export class ServiceImages extends pulumi.ComponentResource {
  private readonly references: ReadonlyMap<string, pulumi.Output<string>>;

  constructor(name: string, args: ServiceImagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:images:ServiceImages", name, {}, opts);
    const { images } = args;
    this.references = images.kind === "given" ? given(args, images) : this.build(args, images);
    this.registerOutputs();
  }

  /** The reference of one of `names`; whatever uses it waits until the image is delivered. */
  reference(name: string): pulumi.Output<string> {
    const reference = this.references.get(name);
    if (reference) return reference;
    const known = [...this.references.keys()].join(", ");
    throw new Error(`no image of ${name}: known are ${known}`);
  }

  private build(args: ServiceImagesArgs, images: BuiltImages) {
    const base = baseOf(args.clone, images.base);
    // Once, before the builds that stand on it and would each begin to make it.
    const based = base.files ? [this.job(args, "base", ["base"], { base: base.reference })] : [];
    const sight = sightOf(args.clone);
    return new Map(
      args.names.map((name) => {
        const tag = pulumi.output(tagOfContent(sight, name, base));
        return [name, this.buildOne(args, images, name, tag, based)];
      }),
    );
  }

  private buildOne(
    args: ServiceImagesArgs,
    images: BuiltImages,
    name: string,
    tag: pulumi.Output<string>,
    dependsOn: Job[],
  ): pulumi.Output<string> {
    const words = pulumi
      .all([tag, deliveryWords(images.delivery)])
      .apply(([expected, delivery]) => [
        ...["build", name, "--expect-tag", expected],
        ...(images.base ? ["--base", images.base] : []),
        ...delivery,
      ]);
    const job = this.job(args, name, words, { content: tag }, dependsOn);
    const registry =
      images.delivery.kind === "registry" ? pulumi.output(images.delivery.address) : undefined;
    // The URN is known in a preview too, and makes whoever uses the reference wait for the job.
    return pulumi
      .all([tag, registry, job.urn])
      .apply(([known, at]) => imageReference({ name, tag: known, registry: at }));
  }

  private job(
    { clone, stackFolder }: ServiceImagesArgs,
    name: string,
    words: pulumi.Input<string[]>,
    triggers: Record<string, pulumi.Input<string>>,
    dependsOn: Job[] = [],
  ): Job {
    const command = [process.execPath, join(clone, "commands", "images.ts")];
    return new Job(
      `image-${name}`,
      {
        name: `image-${name}`,
        stackFolder,
        cwd: clone,
        command: pulumi.output(words).apply((more) => [...command, ...more]),
        inherit: environment,
        triggers,
        timeoutMs: 900_000,
      },
      { parent: this, dependsOn },
    );
  }
}

const given = ({ names }: ServiceImagesArgs, { registry, tag }: GivenImages) =>
  new Map(
    names.map((name) => [
      name,
      pulumi.output(registry).apply((at) => imageReference({ name, registry: at, tag })),
    ]),
  );

/** How `npm run images` is told where an image goes. */
function deliveryWords(delivery: ImageDelivery): pulumi.Output<string[]> {
  switch (delivery.kind) {
    case "registry":
      return pulumi.output(delivery.address).apply((address) => ["--push", address]);
    case "minikube":
      return pulumi.output(["--", "minikube", "--profile", delivery.profile, "image", "load"]);
    case "command":
      return pulumi.output(["--", ...delivery.command]);
  }
}

/** What programs that build, push and load images read of the user's own environment. */
const environment = [
  ...["PATH", "HOME", "TMPDIR", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME"],
  ...["XDG_CACHE_HOME", "TODO_EVOLUTION_CACHE"],
  ...["DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT", "CONTAINER_HOST", "REGISTRY_AUTH_FILE"],
  ...["KUBECONFIG", "MINIKUBE_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"],
];
