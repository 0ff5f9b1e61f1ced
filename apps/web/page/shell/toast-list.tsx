import { useStore } from "../store.ts";
import { Icon } from "./icon.tsx";
import { dismiss, toasts } from "./toasts.ts";

/** Short messages; a screen reader says them when they come. */
export function ToastList() {
  const all = useStore(toasts);
  return (
    <section className="toasts" aria-label="Messages">
      <div role="status" aria-live="polite">
        {all.map(({ id, text, tone, action }) => (
          <div key={id} className={`toast ${tone}`}>
            <span className="toast-text">{text}</span>
            {action && (
              <button
                type="button"
                className="button quiet"
                onClick={() => {
                  dismiss(id);
                  action.run();
                }}
              >
                {action.label}
              </button>
            )}
            <button type="button" className="button icon-only quiet" onClick={() => dismiss(id)}>
              <Icon name="close" />
              <span className="hidden">Dismiss message</span>
            </button>
          </div>
        ))}
      </div>
    </section>
  );
}
