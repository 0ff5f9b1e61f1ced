// biome-ignore lint/suspicious/noExplicitAny: what the engine writes
type Json = any;

/**
 * The log of a preview without what no summary reads: states of what stays the same, outputs, what
 * the engine says for debugging. Paths of the recording machine are replaced.
 */
export function trimLog(text: string, paths: Readonly<Record<string, string>>): string {
  const lines = text
    .split("\n")
    .filter(Boolean)
    .map((line) => trimEvent(JSON.parse(line)));
  let all = lines
    .filter((it) => it !== undefined)
    .map((it) => JSON.stringify(it))
    .join("\n");
  for (const [path, name] of Object.entries(paths)) all = all.replaceAll(path, name);
  return `${all}\n`;
}

function trimEvent({ sequence, timestamp: _, ...event }: Json): Json {
  const isRead = [
    "resourcePreEvent",
    "policyEvent",
    "diagnosticEvent",
    "preludeEvent",
    "summaryEvent",
  ];
  if (!isRead.some((name) => name in event)) return undefined;
  // What the engine says for debugging has whole resources in it.
  if (event.diagnosticEvent && !/^(error|warning)/.test(event.diagnosticEvent.severity))
    return undefined;
  const metadata = event.resourcePreEvent?.metadata;
  if (metadata) {
    const { provider: _, ...rest } = metadata;
    const trim = metadata.op === "same" ? bare : trimState;
    const trimmed = { ...rest, old: trim(rest.old), new: trim(rest.new) };
    event.resourcePreEvent = { metadata: trimmed };
  }
  return { sequence, timestamp: 0, ...event };
}

/** Of what stays the same only whether it stands anywhere. */
const bare = (state: Json): Json => state && { custom: state.custom };

/** Outputs repeat the inputs, and the engine's notes are about itself. */
const trimState = (state: Json): Json =>
  state && {
    custom: state.custom,
    protect: state.protect,
    retainOnDelete: state.retainOnDelete,
    inputs: state.custom ? state.inputs : {},
  };
