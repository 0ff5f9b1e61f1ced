import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { containerdSocket, plan } from "./plan.ts";
import { run } from "./shell.ts";

export type ScratchImage = {
  /** As `localhost/pause:1.0.0`. */
  readonly reference: string;
  /** Programs of this machine, by their path in the image; the first one is started. */
  readonly files: Readonly<Record<string, string>>;
  readonly user?: string;
};

// By name too: only then does a pod's group follow from the image, which Dapr's programs look at.
const users = {
  "/etc/passwd": "root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/sbin/nologin\n",
  "/etc/group": "root:x:0:\nnonroot:x:65532:\n",
};

const storage = (): string[] => [
  ...["--root", join(plan.state, "buildah"), "--runroot", join(plan.run, "buildah")],
  ...["--storage-driver", "vfs"],
];
const buildah = (...args: string[]): string => run("buildah", [...storage(), ...args]).trim();

const ctr = (...args: string[]): string =>
  run("ctr", ["--address", containerdSocket, "--namespace", "k8s.io", ...args]);

/** The references of the images that the node has. */
export const imagesOnNode = (): string[] => ctr("images", "list", "-q").split("\n").filter(Boolean);

/** Makes an image of programs that need nothing beside them, and gives it to the node. */
export function importScratch({ reference, files, user = "65532:65532" }: ScratchImage): void {
  const folder = join(plan.state, "images");
  mkdirSync(folder, { recursive: true });
  const container = buildah("from", "scratch");
  try {
    for (const [path, content] of Object.entries(users)) {
      const file = join(folder, basename(path));
      writeFileSync(file, content);
      buildah("copy", "-q", container, file, path);
    }
    for (const [path, file] of Object.entries(files)) {
      buildah("copy", "-q", "--chmod", "755", container, file, path);
    }
    const [entrypoint] = Object.keys(files);
    const start = ["--entrypoint", JSON.stringify([entrypoint]), "--cmd", ""];
    buildah("config", ...start, "--user", user, container);
    buildah("commit", "-q", container, reference);
  } finally {
    buildah("rm", container);
  }
  const archive = join(folder, `${basename(reference).replace(":", "-")}.tar`);
  try {
    buildah("push", "-q", reference, `docker-archive:${archive}:${reference}`);
    importArchive(archive);
  } finally {
    rmSync(archive, { force: true });
    buildah("rmi", "-f", reference);
  }
}

/** The shared libraries that a program of this machine needs, each at its own path. */
export const librariesOf = (program: string): Record<string, string> =>
  Object.fromEntries(
    [...run("ldd", [program]).matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = ""]) => [
      path,
      path,
    ]),
  );

/** Gives the node an image from an archive, as `npm run images` writes it. */
export function importArchive(archive: string): void {
  ctr("images", "import", archive);
}
