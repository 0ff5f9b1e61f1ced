import { Dialog } from "./dialog.tsx";
import { shortcuts } from "./shortcuts.ts";

/** What the keyboard can do here. */
export const Help = ({ onClose }: { readonly onClose: () => void }) => (
  <Dialog title="Keyboard shortcuts" onClose={onClose}>
    <dl className="shortcuts">
      {Object.entries(shortcuts).map(([keys, what]) => (
        <div key={keys}>
          <dt>
            {keys.split(" ").map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
    <p className="hint">
      In the line for a new task, <code>#tag</code> adds a tag and <code>!high</code> or{" "}
      <code>!low</code> a priority.
    </p>
  </Dialog>
);
