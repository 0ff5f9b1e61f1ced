/** A file of a Go module, from its root, and the source of ours that stands in for it. */
export type Replaced = { readonly module: string; readonly file: string; readonly by: string };

/** Packages of a Go module whose go.mod and go.sum are in `folder`. */
export type GoRecipe = {
  readonly kind: "go";
  readonly folder: string;
  /** One, built as the program's name; or several, each built as the last part of its path. */
  readonly package: string | readonly string[];
  /** The string variable that the linker sets to the version. */
  readonly versionVariable?: string;
  /** What the version looks like there, where it is not the bare number. */
  readonly versionPrefix?: string;
  readonly tags?: string;
  /** Sources of ours in `folder`; they belong to the recipe's hash. */
  readonly sources?: readonly string[];
  /** Those of them that stand in for a file of a module that is built; one a module. */
  readonly replaced?: readonly Replaced[];
};

/** A pom.xml in `folder`, whose dependency plugin fills the entry. */
export type MavenRecipe = {
  readonly kind: "maven";
  readonly folder: string;
  readonly goal: "copy-dependencies" | "unpack-dependencies";
  /** The one unpacked file to keep, and where in the entry it belongs. */
  readonly keep?: { readonly from: string; readonly to: string };
};

/** A package.json and its lock in `folder`; the entry is one folder of one package. */
export type NpmRecipe = {
  readonly kind: "npm";
  readonly folder: string;
  readonly package: string;
  readonly take: string;
};

/** How a program is made; folders are relative to `toolchain/`. */
export type Recipe = GoRecipe | MavenRecipe | NpmRecipe;

/** A program that the toolchain can make. */
export type Pinned = {
  readonly version: string;
  readonly recipe: Recipe;
  /** What `Program.path` is, relative to the cache entry. */
  readonly main: string;
  /** An executable of the entry and arguments that end at once: shows that it starts here. */
  readonly smoke?: readonly [executable: string, ...arguments: string[]];
};
