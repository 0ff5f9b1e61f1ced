import type { Draft } from "./draft.ts";
import { Fault } from "./fault.tsx";
import type { Repeat } from "./recurrence.ts";
import { unitOf } from "./recurrence.ts";

export type RepeatFieldProps = {
  readonly draft: Draft;
  readonly onChange: (part: Partial<Draft>) => void;
  readonly fault: string | undefined;
};

const kinds: Readonly<Record<Repeat["kind"], string>> = {
  never: "Never",
  daily: "Daily",
  weekdays: "On weekdays",
  weekly: "Weekly",
  monthly: "Monthly",
  yearly: "Yearly",
  own: "By a rule of my own",
};

const zones = (): string[] => ["UTC", ...(Intl.supportedValuesOf?.("timeZone") ?? [])];

/** Whether and how a task comes again when it is completed. */
export function RepeatField({ draft, onChange, fault }: RepeatFieldProps) {
  const { repeat } = draft;
  const setKind = (kind: Repeat["kind"]) => {
    if (kind === "own") onChange({ repeat: { kind, rule: "FREQ=WEEKLY;BYDAY=MO,TH" } });
    else if (kind === "never" || kind === "weekdays") onChange({ repeat: { kind } });
    else onChange({ repeat: { kind, every: 1 } });
  };
  return (
    <fieldset className="group">
      <legend>Repeat</legend>
      <div className="group-line">
        <select
          aria-label="How often"
          value={repeat.kind}
          onChange={(event) => setKind(event.target.value as Repeat["kind"])}
        >
          {Object.entries(kinds).map(([kind, text]) => (
            <option key={kind} value={kind}>
              {text}
            </option>
          ))}
        </select>
        {"every" in repeat && (
          <label className="every">
            <span>every</span>
            <input
              type="number"
              min={1}
              max={1000}
              value={repeat.every}
              onChange={(event) => {
                const every = Math.max(1, Math.min(1000, Math.trunc(Number(event.target.value))));
                onChange({ repeat: { ...repeat, every } });
              }}
            />
            <span>{unitOf(repeat.kind, repeat.every)}</span>
          </label>
        )}
      </div>
      {repeat.kind === "own" && (
        <label className="field">
          <span>Rule (RFC 5545)</span>
          <input
            value={repeat.rule}
            maxLength={500}
            spellCheck={false}
            aria-invalid={fault !== undefined}
            aria-describedby="repeat-fault"
            onChange={(event) => onChange({ repeat: { kind: "own", rule: event.target.value } })}
          />
          <Fault id="repeat-fault" text={fault} />
        </label>
      )}
      {repeat.kind !== "never" && (
        <label className="field">
          <span>Time zone</span>
          <select
            value={draft.timeZone}
            onChange={(event) => onChange({ timeZone: event.target.value })}
          >
            {[...new Set([draft.timeZone, ...zones()])].map((zone) => (
              <option key={zone} value={zone}>
                {zone.replaceAll("_", " ")}
              </option>
            ))}
          </select>
        </label>
      )}
    </fieldset>
  );
}
