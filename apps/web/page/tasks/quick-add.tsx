import { type RefObject, useState } from "react";
import type { Session } from "../session.ts";
import { Icon } from "../shell/icon.tsx";
import { taskOfLine } from "./quick-add.ts";

const longestLine = 200;

export type QuickAddProps = {
  readonly session: Session;
  readonly input: RefObject<HTMLInputElement | null>;
  /** Opens the form with all the rest. */
  readonly onOpen: () => void;
};

/** One line, and there is a task. */
export function QuickAdd({ session, input, onOpen }: QuickAddProps) {
  const [line, setLine] = useState("");
  return (
    <form
      className="quick-add"
      onSubmit={(event) => {
        event.preventDefault();
        const task = taskOfLine(line);
        if (!task) return;
        session.create({ kind: "create", task });
        setLine("");
      }}
    >
      <Icon name="plus" />
      <input
        ref={input}
        name="line"
        aria-label="New task"
        placeholder="What is to be done?"
        value={line}
        maxLength={longestLine}
        autoComplete="off"
        onChange={(event) => setLine(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      {line.trim() ? (
        <button type="submit" className="button primary">
          Add
        </button>
      ) : (
        <button type="button" className="button quiet" onClick={onOpen}>
          <span className="wide-text">With details</span>
          <span className="narrow-text" aria-hidden="true">
            More
          </span>
        </button>
      )}
    </form>
  );
}
