/**
 * Where the engine keeps its state in a folder. Without files of attributes beside it: they are not
 * written in one go, and an engine that is killed meanwhile leaves one that nobody can read.
 */
export const fileBackend = (folder: string): string => `file://${folder}?metadata=skip`;
