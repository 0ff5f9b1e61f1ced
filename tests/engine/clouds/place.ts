import { readFileSync } from "node:fs";

/** Where a stand-in keeps its cloud, and what it answers of clusters. */
export type CloudPlace = {
  /** Keeps what was made: one folder is one world of clouds (absolute). */
  readonly folder: string;
  /** The API server that every cluster of these clouds has, as `127.0.0.1:6443`. */
  readonly address: string;
  /** Its certificate, in base64. */
  readonly authority: string;
  /**
   * What takes its time to be made, as a part of `type name`: it is there, but nobody is told of it
   * for half a minute.
   */
  readonly slow?: string;
};

/** The variable that holds the path of a file with it. */
export const placeVariable = "CLOUD_PLACE";

/** @throws where the engine was not started by these tests */
export function readPlaceAt(file: string | undefined): CloudPlace {
  if (file === undefined) throw new Error(`the stand-in for a cloud wants ${placeVariable}`);
  return JSON.parse(readFileSync(file, "utf8")) as CloudPlace;
}
