import { spawn, spawnSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Programs that build images, in the order in which they are asked for. */
export const builderNames = ["buildah", "podman", "docker"] as const;
export type BuilderName = (typeof builderNames)[number];

export type BuildOptions = {
  readonly dockerfile: string;
  readonly context: string;
  readonly reference: string;
  readonly args: Readonly<Record<string, string>>;
};

/** What is asked of a program that builds images: its arguments. */
export type BuilderCommands = {
  readonly build: (options: BuildOptions) => string[];
  readonly push: (reference: string) => string[];
  /** Writes an image, under its reference, into a file as `docker save` does. */
  readonly archive: (reference: string, file: string) => string[];
  readonly remove: (reference: string) => string[];
  readonly has: (reference: string) => string[];
};

/**
 * The arguments of each program. Buildah gets a storage of its own below `storage`, so that no
 * image of the user's is touched; the others keep theirs, where people look for images.
 */
export function commandsOf(name: BuilderName, storage: string): BuilderCommands {
  if (name === "docker") return dockerCommands;
  if (name === "podman") return podmanCommands;
  // vfs copies where overlay mounts: half a second slower, works for every user, leaves no mount.
  const own = ["--root", join(storage, "root"), "--runroot", join(storage, "run")];
  const global = [...own, "--storage-driver", "vfs"];
  return {
    build: (options) => [
      ...[...global, "build", "--isolation", "chroot", "--layers=false", "--timestamp", "0"],
      ...buildArguments(options),
    ],
    push: (reference) => [...global, "push", ...tlsOf(reference), reference],
    archive: (reference, file) => [
      ...[...global, "push", "--quiet", reference],
      `docker-archive:${file}:${reference}`,
    ],
    remove: (reference) => [...global, "rmi", "--force", reference],
    has: (reference) => [...global, "inspect", "--type", "image", reference],
  };
}

const podmanCommands: BuilderCommands = {
  build: (options) => ["build", "--layers=false", "--timestamp", "0", ...buildArguments(options)],
  push: (reference) => ["push", ...tlsOf(reference), reference],
  archive: (reference, file) => ["save", "--format", "docker-archive", "-o", file, reference],
  remove: (reference) => ["rmi", "--force", reference],
  has: (reference) => ["image", "exists", reference],
};

const dockerCommands: BuilderCommands = {
  build: (options) => [
    "build",
    // BuildKit then gives every file the same time.
    ...buildArguments({ ...options, args: { ...options.args, SOURCE_DATE_EPOCH: "0" } }),
  ],
  push: (reference) => ["push", reference],
  archive: (reference, file) => ["save", "-o", file, reference],
  remove: (reference) => ["rmi", "--force", reference],
  has: (reference) => ["image", "inspect", reference],
};

const buildArguments = ({ dockerfile, context, reference, args }: BuildOptions): string[] => [
  ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
  ...["--file", dockerfile, "--tag", reference, context],
];

/** A registry on this machine speaks plain HTTP; Docker takes that for granted, the others do not. */
const tlsOf = (reference: string): string[] =>
  /^(localhost|127\.0\.0\.1)[:/]/.test(reference) ? ["--tls-verify=false"] : [];

/** A program of this machine that builds images. */
export type Builder = {
  readonly name: BuilderName;
  readonly build: (options: BuildOptions) => Promise<void>;
  readonly push: (reference: string) => Promise<void>;
  readonly archive: (reference: string, file: string) => Promise<void>;
  readonly remove: (reference: string) => Promise<void>;
  readonly has: (reference: string) => boolean;
};

/** The fault is the machine's or the user's: the message ends with the remedy. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

/**
 * The first program of `builderNames` that works here; what it says goes to our own output.
 * @throws ImageError when there is none
 */
export function findBuilder(
  storage: string,
  works: (name: BuilderName) => boolean = answers,
): Builder {
  const name = builderNames.find(works);
  if (name) return createBuilder(name, storage);
  throw new ImageError(
    "Images are built by buildah, podman or docker, and none of them works here (a docker without " +
      "its daemon does not).\nInstall one (Debian, Ubuntu: `apt-get install buildah`), or have the " +
      "stack take images that were built elsewhere: set `images` to their registry and tag.",
  );
}

/** Docker's client answers for itself without a daemon, but not for the server. */
function answers(name: BuilderName): boolean {
  const asked = name === "docker" ? ["version", "--format", "{{.Server.Version}}"] : ["--version"];
  return spawnSync(name, asked, { stdio: "ignore", timeout: 10_000 }).status === 0;
}

function createBuilder(name: BuilderName, storage: string): Builder {
  const commands = commandsOf(name, storage);
  const run = (args: string[]) => runCommand([name, ...args]);
  return {
    name,
    build: (options) => run(commands.build(options)),
    push: (reference) => run(commands.push(reference)),
    async archive(reference, file) {
      // Whole or not there, and buildah refuses to write into an archive that is.
      const half = `${file}.${process.pid}.half`;
      try {
        await run(commands.archive(reference, half));
        renameSync(half, file);
      } finally {
        if (existsSync(half)) rmSync(half);
      }
    },
    remove: (reference) => run(commands.remove(reference)),
    has: (reference) => spawnSync(name, commands.has(reference), { stdio: "ignore" }).status === 0,
  };
}

/**
 * Runs a command with our own output.
 * @throws ImageError when it does not end well
 */
export async function runCommand([program = "", ...args]: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  const end = await new Promise<string>((settle) => {
    child.once("error", (error) => settle(error.message));
    child.once("close", (code, signal) => settle(code === 0 ? "" : `ended with ${code ?? signal}`));
  });
  if (end) {
    throw new ImageError(`${[program, ...args].join(" ")}: ${end}. Its output above says why.`);
  }
}
