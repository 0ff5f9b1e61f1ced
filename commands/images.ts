import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { baseOf, machineBase } from "#infra/images/base.ts";
import {
  buildImage,
  type Delivery,
  ensureBase,
  referenceOf,
  storageOf,
  type Workshop,
  workshopFolderOf,
} from "#infra/images/build.ts";
import { findBuilder, ImageError } from "#infra/images/builder.ts";
import { imageNames } from "#infra/images/bundle.ts";
import { contentOf } from "#infra/images/content.ts";
import { sightOf } from "#infra/images/sight.ts";

const help = `npm run images -- [build|list|base|digests|clean] [options] [service…] [-- command…]

Images of the services: one for every folder below apps that has a main.ts, tagged by content.
  build   bundles and builds by buildah, podman or docker, whichever is there first, then
            --push REGISTRY   pushes, as host[:port][/path]
            --archive DIR     writes DIR/todo-<service>-<tag>.tar (default: .local/images)
            -- command…       runs the command with the path of such a file as last argument,
                              as: npm run images -- build -- minikube image load
  list    shows what would be built, with --push REGISTRY as it would be called there
  base    makes the base of this machine, which build does by itself when it is needed
  digests asks the registries for the digest of each image of others, and writes them into the file of
          --stack NAME, so that it runs these and no others; again after an upgrade
  clean   removes what building keeps in the clone: bases and archives
Options:
  --base REFERENCE   another base with Node 24 than that of apps/Dockerfile; "${machineBase}" is one made
                     here of the pinned Node, for where no registry can be reached
  --expect-tag TAG   for one service: fail when its content has another tag by now
  --json             for list`;

const clone = join(import.meta.dirname, "..");
const folder = workshopFolderOf(clone);

const [own, command] = splitAt(process.argv.slice(2), "--");
const { values, positionals } = parsed();
const [action = "build", ...wanted] = positionals;
const actions: Readonly<Record<string, () => Promise<void>>> = {
  build,
  list,
  base,
  digests,
  clean,
};

try {
  const act = actions[action];
  if (values.help) console.log(help);
  else if (act) await act();
  else throw new ImageError(`no such action: ${action}. Known: ${Object.keys(actions).join(", ")}`);
} catch (error) {
  console.error(error instanceof ImageError ? error.message : error);
  process.exitCode = 1;
}

async function build(): Promise<void> {
  const delivery = chosenDelivery();
  const all = await contents();
  const expected = values["expect-tag"];
  for (const content of all) {
    if (expected !== undefined && expected !== content.tag) {
      throw new ImageError(
        `${content.name}: its content has the tag ${content.tag} by now, not ${expected}: the ` +
          "source has changed since the plan was made. Run it again.",
      );
    }
  }
  const shop = workshop();
  for (const content of all) {
    const since = performance.now();
    console.log(
      `${content.name}: builds ${referenceOf(content, delivery)} with ${shop.builder.name}`,
    );
    const where = await buildImage(shop, content, delivery);
    console.log(
      `${content.name}: ${where} in ${((performance.now() - since) / 1_000).toFixed(1)} s`,
    );
  }
}

async function list(): Promise<void> {
  const delivery = chosenDelivery();
  const rows = (await contents()).map((content) => ({
    name: content.name,
    reference: referenceOf(content, delivery),
    base: content.base.reference,
    bytes: [...content.files.values()].reduce((sum, { length }) => sum + length, 0),
  }));
  if (values.json) return console.log(JSON.stringify(rows, undefined, 2));
  for (const { name, reference, bytes } of rows) {
    console.log(`${name.padEnd(14)} ${(bytes / 1e6).toFixed(1).padStart(5)} MB  ${reference}`);
  }
  console.log(`\non ${rows[0]?.base}`);
}

async function base(): Promise<void> {
  const chosen = baseOf(clone, machineBase);
  await ensureBase(workshop(), chosen);
  console.log(chosen.reference);
}

async function digests(): Promise<void> {
  if (values.stack === undefined) {
    throw new ImageError("name the stack: npm run images -- digests --stack prod");
  }
  const { pinDigests } = await import("./images/digests.ts");
  await pinDigests(join(clone, `Pulumi.${values.stack}.yaml`), console.log);
}

async function clean(): Promise<void> {
  if (!existsSync(folder)) return;
  rmSync(folder, { recursive: true });
  console.log(`removed ${folder}`);
}

async function contents() {
  const known = imageNames(clone);
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown) throw new ImageError(`no image of ${unknown}. Known: ${known.join(", ")}`);
  const names = wanted.length > 0 ? wanted : known;
  if (values["expect-tag"] !== undefined && names.length !== 1) {
    throw new ImageError("--expect-tag is of one service: name it");
  }
  const chosen = baseOf(clone, values.base);
  const sight = sightOf(clone);
  return Promise.all(names.map((name) => contentOf(sight, name, chosen)));
}

function chosenDelivery(): Delivery {
  const { push, archive } = values;
  if ([push, archive, command].filter((way) => way !== undefined).length > 1) {
    throw new ImageError(
      "--push, --archive and -- are three ways to hand an image over: choose one",
    );
  }
  if (push !== undefined) return { kind: "push", registry: push };
  if (command) return { kind: "load", command };
  return { kind: "archive", folder: archive ?? folder };
}

function workshop(): Workshop {
  return { folder, builder: findBuilder(storageOf(folder)) };
}

function splitAt(words: readonly string[], separator: string): [string[], string[] | undefined] {
  const index = words.indexOf(separator);
  if (index < 0) return [[...words], undefined];
  return [words.slice(0, index), words.slice(index + 1)];
}

/** A misspelt option is told with the help, not with a stack. */
function parsed() {
  try {
    return parseArgs({
      args: own,
      allowPositionals: true,
      options: {
        push: { type: "string" },
        archive: { type: "string" },
        base: { type: "string" },
        "expect-tag": { type: "string" },
        stack: { type: "string", short: "s" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    process.exit(2);
  }
}
