import { useEffect, useId, useState } from "react";
import type { Task } from "../api/client.ts";
import { Icon } from "../shell/icon.tsx";
import { type Filters, noFilters, searchOf, sorts } from "./query.ts";

export type FilteringProps = {
  readonly filters: Filters;
  readonly onChange: (filters: Filters) => void;
  /** Those that are seen, for the tags that they have. */
  readonly tasks: readonly Task[];
};

const afterTypingMs = 250;

/** What of the list is seen, and in which order. */
export function Filtering({ filters, onChange, tasks }: FilteringProps) {
  const [more, setMore] = useState(
    () => searchOf({ ...filters, q: "", status: noFilters.status }) !== "",
  );
  const tags = [...new Set([...tasks.flatMap((task) => task.tags), filters.tag])]
    .filter(Boolean)
    .sort((one, other) => one.localeCompare(other));
  const change = (part: Partial<Filters>) => onChange({ ...filters, ...part });
  return (
    <search className="filtering">
      <div className="filtering-line">
        <fieldset className="segments">
          <legend className="hidden">Which tasks</legend>
          {(["open", "completed", "all"] as const).map((status) => (
            <label key={status}>
              <input
                type="radio"
                name="status"
                checked={filters.status === status}
                onChange={() => change({ status })}
              />
              <span>{{ open: "Open", completed: "Done", all: "All" }[status]}</span>
            </label>
          ))}
        </fieldset>
        <Search text={filters.q} onChange={(q) => change({ q })} />
        <button
          type="button"
          className="button quiet"
          aria-expanded={more}
          aria-controls="more-filters"
          onClick={() => setMore(!more)}
        >
          <Icon name="filter" />
          <span className="wide-text">Filter and sort</span>
        </button>
      </div>
      <div id="more-filters" className="filtering-more" hidden={!more}>
        <Choice
          label="Priority"
          value={filters.priority}
          options={{ "": "Any", high: "High", medium: "Medium", low: "Low" }}
          onChange={(priority) => change({ priority })}
        />
        <Choice
          label="Due"
          value={filters.due}
          options={{
            any: "Any time",
            overdue: "Overdue",
            today: "Today",
            week: "Within 7 days",
            later: "Later",
          }}
          onChange={(due) => change({ due: due as Filters["due"] })}
        />
        <Choice
          label="Tag"
          value={filters.tag}
          options={{ "": "Any", ...Object.fromEntries(tags.map((tag) => [tag, tag])) }}
          onChange={(tag) => change({ tag })}
        />
        <Choice
          label="Order"
          value={filters.sort}
          options={sorts}
          onChange={(sort) => change({ sort: sort as Filters["sort"] })}
        />
        <button type="button" className="button quiet" onClick={() => onChange(noFilters)}>
          Reset
        </button>
      </div>
    </search>
  );
}

type ChoiceProps = {
  readonly label: string;
  readonly value: string;
  readonly options: Readonly<Record<string, string>>;
  readonly onChange: (value: string) => void;
};

function Choice({ label, value, options, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <div className="choice">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {Object.entries(options).map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

type SearchProps = { readonly text: string; readonly onChange: (text: string) => void };

/** Asks when the typing pauses. */
function Search({ text, onChange }: SearchProps) {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return;
    const timer = setTimeout(() => onChange(typed), afterTypingMs);
    return () => clearTimeout(timer);
  }, [typed, text, onChange]);
  return (
    <label className="search">
      <Icon name="search" />
      <span className="hidden">Search in titles and descriptions</span>
      <input
        type="search"
        name="q"
        placeholder="Search"
        value={typed}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onChange(typed);
          if (event.key === "Escape") {
            setTyped("");
            onChange("");
            event.currentTarget.blur();
          }
        }}
      />
    </label>
  );
}
