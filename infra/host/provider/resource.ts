/** What every operation gets besides its inputs. */
export interface Context {
  /** Aborted when the user interrupts the engine (Ctrl-C): waits end with an error. */
  readonly signal: AbortSignal;
  /** Shows a line with the resource: while it works (status) or in the diagnostics (info). */
  report(kind: "status" | "info", message: string): void;
}

/** Values that the provider computes; they become the resource's outputs. */
export type Outputs = Record<string, unknown>;

/** An input that is refused, with the reason shown to the user. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** The inputs as they will be recorded, and what is wrong with them. */
export interface CheckResult<Inputs> {
  readonly inputs: Inputs;
  readonly failures?: readonly Failure[];
}

/** A resource as the engine remembers it. */
export interface Known<Inputs> {
  readonly inputs: Inputs;
  readonly outputs: Outputs;
}

/**
 * One resource type. Inputs arrive plain: the engine takes secrets off on the way in and puts them
 * on again for properties of the same name, see `server.ts`. In a preview an input may be unknown:
 * test with `isUnknown` in `check` and `predict`; the other operations never see one.
 */
export interface ResourceType<Inputs> {
  /** Names of the outputs, shown as unknown until the resource exists. */
  readonly outputs: readonly string[];
  /** Inputs whose change makes a new resource; the old one goes first. */
  readonly replaceOn?: readonly (keyof Inputs & string)[];
  check?(
    olds: Inputs | undefined,
    news: Inputs,
    context: Context,
  ): CheckResult<Inputs> | Promise<CheckResult<Inputs>>;
  /** Outputs to expect of an update, for previews; by default the old ones. */
  predict?(old: Known<Inputs>, news: Inputs): Outputs;
  create(inputs: Inputs, context: Context): Promise<{ id: string; outputs: Outputs }>;
  update(old: Known<Inputs>, news: Inputs, context: Context): Promise<Outputs>;
  delete(old: Known<Inputs>, context: Context): Promise<void>;
  /** For a refresh: undefined when the resource is gone; by default it is taken as unchanged. */
  read?(old: Known<Inputs>, context: Context): Promise<Known<Inputs> | undefined>;
}

/**
 * The operation failed, but something exists already (a folder, a log): the engine keeps the
 * resource as half made, so that the next `up` continues and `destroy` removes what is there.
 */
export class HalfMade extends Error {
  readonly id: string;

  constructor(id: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.id = id;
  }
}

// The engine writes these where a value is not known yet in a preview
// (sdk/go/common/resource/plugin/rpc.go, one per kind of value).
const unknownValues = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Stands for an output that is not known yet. */
export const unknownOutput = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value, or any part of it, is not known yet. */
export function isUnknown(value: unknown): boolean {
  if (typeof value === "string") return unknownValues.has(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(isUnknown);
}
