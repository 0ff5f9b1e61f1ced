import { type ReactNode, useEffect, useId, useRef } from "react";
import { Icon } from "./icon.tsx";

export type DialogProps = {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Beside the list on a wide screen, instead of in the middle. */
  readonly side?: boolean;
};

/** A window over the page: the browser keeps the focus in it, and gives it back at the end. */
export function Dialog({ title, onClose, children, side = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    if (element && !element.open) element.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same, by the browser itself
    <dialog
      ref={dialog}
      className={side ? "dialog side" : "dialog"}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className="dialog-body">
        <header className="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="button icon-only quiet" onClick={onClose}>
            <Icon name="close" />
            <span className="hidden">Close</span>
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
