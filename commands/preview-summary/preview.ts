import { Refusal } from "#commands/run.ts";

/** What the engine would do to one resource. */
export type Step = {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** What is made by a provider, against what only groups others. */
  readonly isCustom: boolean;
  /** Paths of properties that differ, as `spec.replicas`. */
  readonly differs: readonly string[];
  /** Those of them that force a replacement. */
  readonly forcing: readonly string[];
  readonly before: State | undefined;
  readonly after: State | undefined;
};

export type State = {
  readonly isProtected: boolean;
  /** Stays where it stands when the stack lets go of it. */
  readonly isRetained: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
};

export type Violation = {
  readonly policy: string;
  readonly isMandatory: boolean;
  readonly urn: string;
  readonly message: string;
};

/** What the engine or a program says in words; of errors only. */
export type Fault = { readonly urn: string; readonly message: string };

/** A preview of one stack. */
export type Preview = {
  readonly stack: string;
  readonly steps: readonly Step[];
  readonly violations: readonly Violation[];
  /** `undefined` where the form of the preview does not tell. */
  readonly policyPacks: readonly string[] | undefined;
  readonly faults: readonly Fault[];
  /** Whether the engine came to its end. */
  readonly isWhole: boolean;
};

// biome-ignore lint/suspicious/noExplicitAny: JSON of the engine
type Json = any;

/** What `npm run preview-summary -- --reduce` writes, told apart from what the engine does. */
export const reducedForm = "todo-evolution/preview@1";

/**
 * Reads what `pulumi preview` wrote: with `--event-log FILE` (one event a line, the only form that
 * has policy results), or with `--json` (one digest); or what was made of either for other jobs.
 * @throws Refusal when it is neither
 */
export function readPreview(stack: string, text: string): Preview {
  const parsed = parseLines(text);
  if (parsed === undefined) {
    throw new Refusal(
      `the preview of ${stack} is neither an event log nor JSON of the engine. Record it by ` +
        "`PULUMI_DEBUG_COMMANDS=true pulumi preview --event-log FILE` or `pulumi preview --json`.",
    );
  }
  if ("reduced" in parsed) return { ...parsed.reduced, stack };
  return "digest" in parsed ? fromDigest(stack, parsed.digest) : fromEvents(stack, parsed.events);
}

/** Of a stack whose engine never started, as when the job could not sign in. */
export const noPreview = (stack: string): Preview => ({
  ...{ stack, steps: [], violations: [], policyPacks: undefined, isWhole: false },
  faults: [{ urn: "", message: "The engine did not start: the output of the run says why." }],
});

type Form = { digest: Json } | { events: Json[] } | { reduced: Preview };

function parseLines(text: string): Form | undefined {
  const whole = parseJson(text);
  if (whole?.form === reducedForm) return { reduced: whole.preview };
  if (isDigest(whole)) return { digest: whole };
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  // An engine that was killed leaves its last line unfinished.
  const events = lines.map(parseJson);
  const isCut = events.at(-1) === undefined;
  const read = isCut ? events.slice(0, -1) : events;
  return read.length > 0 && read.every(isEvent) ? { events: read } : undefined;
}

const isDigest = (value: Json): boolean =>
  typeof value === "object" && value !== null && ("changeSummary" in value || "steps" in value);

const isEvent = (value: Json): boolean =>
  typeof value === "object" && value !== null && "timestamp" in value;

function parseJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fromEvents(stack: string, events: readonly Json[]): Preview {
  const steps = events.flatMap(({ resourcePreEvent }) =>
    resourcePreEvent ? [stepOf(resourcePreEvent.metadata)] : [],
  );
  const summary = events.findLast(({ summaryEvent }) => summaryEvent)?.summaryEvent;
  return {
    stack,
    steps,
    violations: events.flatMap(({ policyEvent }) =>
      policyEvent ? [violationOf(policyEvent)] : [],
    ),
    policyPacks: Object.keys(summary?.PolicyPacks ?? {}),
    faults: faultsIn(events.flatMap(({ diagnosticEvent: said }) => (said ? [said] : []))),
    isWhole: summary !== undefined,
  };
}

/** A digest says of a state what the event log says, under shorter names. */
const fromDigest = (stack: string, { steps = [], diagnostics = [], ...rest }: Json): Preview => ({
  stack,
  steps: steps.map((step: Json) =>
    stepOf({
      ...step,
      type: (step.newState ?? step.oldState)?.type ?? typeIn(step.urn),
      old: step.oldState,
      new: step.newState,
      diffs: step.diffReasons,
      keys: step.replaceReasons,
    }),
  ),
  violations: [],
  policyPacks: undefined,
  faults: faultsIn(diagnostics),
  isWhole: "changeSummary" in rest,
});

const stepOf = (metadata: Json): Step => ({
  op: metadata.op,
  urn: metadata.urn,
  type: metadata.type,
  name: nameIn(metadata.urn),
  isCustom: isCustom(metadata),
  differs: pathsOf(metadata),
  forcing: metadata.keys ?? [],
  before: stateOf(metadata.old),
  after: stateOf(metadata.new),
});

/** Trimmed and unchanged states say nothing; then the type does: ours are `todo:…`. */
const isCustom = ({ old, new: after, type }: Json): boolean =>
  (after ?? old)?.custom ?? !/^(todo:|pulumi:pulumi:)/.test(type);

const pathsOf = ({ detailedDiff, diffs }: Json): string[] =>
  [...new Set([...Object.keys(detailedDiff ?? {}), ...(detailedDiff ? [] : (diffs ?? []))])].sort();

const stateOf = (state: Json): State | undefined =>
  state
    ? {
        isProtected: state.protect === true,
        isRetained: state.retainOnDelete === true,
        inputs: state.inputs ?? {},
      }
    : undefined;

const violationOf = (event: Json): Violation => ({
  policy: event.policyName,
  isMandatory: event.enforcementLevel === "mandatory",
  urn: event.resourceUrn ?? "",
  message: plain(event.message),
});

/** Without the engine's last word, which says nothing of why. */
const faultsIn = (diagnostics: readonly Json[]): Fault[] =>
  diagnostics
    .filter(({ severity }) => severity === "error")
    .map(faultOf)
    .filter(({ message }) => !/^(error: )?preview failed$/.test(message));

const faultOf = ({ urn = "", prefix = "", message }: Json): Fault => ({
  urn,
  message: plain(`${prefix}${message}`),
});

/** Colours are written as `<{%fg 1%}>`. */
const plain = (text: string): string => text.replaceAll(/<\{%[^%]*%\}>/g, "").trim();

/** `urn:pulumi:stack::project::type$type::name`: a name may hold colons itself. */
const nameIn = (urn: string): string => urn.split("::").slice(3).join("::");
const typeIn = (urn: string): string => urn.split("::")[2]?.split("$").at(-1) ?? "";
