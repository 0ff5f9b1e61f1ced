import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** An image as its archive holds it. */
export type UnpackedImage = {
  readonly references: readonly string[];
  /** The digest of its configuration, which names its layers: the image's id. */
  readonly id: string;
  readonly bytes: number;
  readonly config: {
    readonly User: string;
    readonly Env: readonly string[];
    readonly Entrypoint: readonly string[];
    readonly Cmd: readonly string[];
    readonly WorkingDir: string;
    readonly Labels: Readonly<Record<string, string>>;
  };
  /** The folder with its whole root file system. */
  readonly root: string;
};

/** Unpacks what `docker save` writes, layer upon layer, into a folder. */
export function unpack(archive: string, folder: string): UnpackedImage {
  const root = join(folder, "root");
  mkdirSync(root, { recursive: true });
  chmodSync(root, 0o755); // whatever the umask: it is no folder of the image
  execFileSync("tar", ["-xf", archive, "-C", folder]);
  const [manifest] = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  const layers: string[] = manifest.Layers.map((layer: string) => join(folder, layer));
  for (const layer of layers) execFileSync("tar", ["-xf", layer, "-C", root]);
  return {
    references: manifest.RepoTags,
    id: manifest.Config,
    bytes: layers.reduce((sum, layer) => sum + statSync(layer).size, 0),
    config: JSON.parse(readFileSync(join(folder, manifest.Config), "utf8")).config,
    root,
  };
}
