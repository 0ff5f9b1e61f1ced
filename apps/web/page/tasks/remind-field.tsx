import { Icon } from "../shell/icon.tsx";
import type { Draft } from "./draft.ts";
import { Fault } from "./fault.tsx";

export type RemindFieldProps = {
  readonly draft: Draft;
  readonly onChange: (part: Partial<Draft>) => void;
  readonly fault: string | undefined;
};

const mostTimes = 8;

/** When to be reminded, in the inbox and by mail. */
export function RemindField({ draft, onChange, fault }: RemindFieldProps) {
  const { times } = draft;
  return (
    <fieldset className="group">
      <legend>Remind me</legend>
      <div className="group-line">
        <label className="box">
          <input
            type="checkbox"
            checked={draft.hourBefore}
            onChange={(event) => onChange({ hourBefore: event.target.checked })}
          />
          <span>1 hour before</span>
        </label>
        <label className="box">
          <input
            type="checkbox"
            checked={draft.dayBefore}
            onChange={(event) => onChange({ dayBefore: event.target.checked })}
          />
          <span>1 day before</span>
        </label>
      </div>
      {times.map((time, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a time has no name but its place
        <div key={index} className="group-line">
          <input
            type="datetime-local"
            aria-label={`Reminder at an exact time, ${index + 1}`}
            aria-invalid={fault !== undefined}
            aria-describedby="times-fault"
            value={time}
            onChange={(event) => onChange({ times: times.with(index, event.target.value) })}
          />
          <button
            type="button"
            className="button icon-only quiet"
            onClick={() => onChange({ times: times.toSpliced(index, 1) })}
          >
            <Icon name="close" />
            <span className="hidden">Remove this reminder</span>
          </button>
        </div>
      ))}
      <Fault id="times-fault" text={fault} />
      {times.length < mostTimes && (
        <button
          type="button"
          className="button quiet small"
          onClick={() => onChange({ times: [...times, draft.due] })}
        >
          <Icon name="plus" />
          At an exact time
        </button>
      )}
    </fieldset>
  );
}
