import { type ReactNode, useRef, useState } from "react";
import { signOut } from "../account/account.ts";
import { ChangePassword } from "../account/change-password.tsx";
import { reasonOf } from "../api/client.ts";
import { forgetTasks } from "../kept.ts";
import { waitingCount } from "../outbox/overlay.ts";
import { go } from "../route.ts";
import type { Session } from "../session.ts";
import { useStore } from "../store.ts";
import { Help } from "./help.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { Link } from "./link.tsx";
import { useShortcuts } from "./shortcuts.ts";
import { Status } from "./status.tsx";
import { setTheme, type Theme, theme, toggleTheme } from "./theme.ts";
import { dismiss, toast, toasts } from "./toasts.ts";

export type FrameProps = {
  readonly session: Session;
  readonly view: "tasks" | "inbox" | "history" | "unknown";
  readonly children: ReactNode;
};

/** What is around every view of who is signed in. */
export function Frame({ session, view, children }: FrameProps) {
  const [help, setHelp] = useState(false);
  const [password, setPassword] = useState(false);
  useShortcuts({
    "g t": () => go("/"),
    "g i": () => go("/inbox"),
    "g h": () => go("/history"),
    d: toggleTheme,
    u: undoLast,
    "?": () => setHelp(true),
  });
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="bar">
        <Link className="brand" href="/">
          <img src={new URL("../icon.svg", import.meta.url).href} alt="" width="26" height="26" />
          <span>Todo Evolution</span>
        </Link>
        <Navigation session={session} view={view} />
        <div className="bar-end">
          <Status session={session} />
          <button
            type="button"
            className="button icon-only quiet wide-only"
            onClick={() => setHelp(true)}
          >
            <Icon name="help" />
            <span className="hidden">Keyboard shortcuts</span>
          </button>
          <Menu
            session={session}
            onHelp={() => setHelp(true)}
            onPassword={() => setPassword(true)}
          />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      {help && <Help onClose={() => setHelp(false)} />}
      {password && <ChangePassword email={session.user.email} onClose={() => setPassword(false)} />}
    </>
  );
}

function Navigation({ session, view }: Pick<FrameProps, "session" | "view">) {
  const unread = useStore(session.unread);
  const places: [string, string, IconName, string][] = [
    ["tasks", "/", "list", "Tasks"],
    ["inbox", "/inbox", "bell", "Inbox"],
    ["history", "/history", "clock", "History"],
  ];
  return (
    <nav className="places" aria-label="Main">
      {places.map(([name, href, icon, label]) => (
        <Link key={name} href={href} {...(view === name && { "aria-current": "page" as const })}>
          <Icon name={icon} />
          <span>{label}</span>
          {name === "inbox" && unread > 0 && (
            <span className="count">
              {unread > 99 ? "99+" : unread}
              <span className="hidden"> unread</span>
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}

type MenuProps = {
  readonly session: Session;
  readonly onHelp: () => void;
  readonly onPassword: () => void;
};

function Menu({ session, onHelp, onPassword }: MenuProps) {
  const { name, email, role } = session.user;
  const chosen = useStore(theme);
  const menu = useRef<HTMLDivElement>(null);
  /** Closed first, so that the focus comes back to its button when the window over it is gone. */
  const leading = (open: () => void) => () => {
    menu.current?.hidePopover();
    open();
  };
  return (
    <div className="menu">
      <button type="button" className="button icon-only quiet" popoverTarget="account-menu">
        <Icon name="user" />
        <span className="hidden">Account and settings</span>
      </button>
      <div ref={menu} id="account-menu" popover="auto" className="menu-body">
        <p className="who">
          <strong>{name}</strong>
          <span>{email}</span>
        </p>
        <fieldset className="choices">
          <legend>Appearance</legend>
          {(["system", "light", "dark"] as Theme[]).map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="theme"
                checked={chosen === one}
                onChange={() => setTheme(one)}
              />
              <span>{{ system: "As my system", light: "Light", dark: "Dark" }[one]}</span>
            </label>
          ))}
        </fieldset>
        <button type="button" className="button quiet row" onClick={leading(onHelp)}>
          Keyboard shortcuts
        </button>
        {/* That of operators is the stack's. */}
        {role !== "operator" && (
          <button type="button" className="button quiet row" onClick={leading(onPassword)}>
            Change password
          </button>
        )}
        <a className="button quiet row" href="/docs">
          For programs: the API
        </a>
        {role === "operator" && (
          <a className="button quiet row" href="/ops">
            Operator’s page
          </a>
        )}
        <button type="button" className="button quiet row" onClick={() => void leave(session)}>
          Sign out
        </button>
      </div>
    </div>
  );
}

async function leave(session: Session): Promise<void> {
  const waiting = waitingCount(session.operations.get());
  const question =
    "Some changes are not sent yet. They stay in this browser until you sign in again. Sign out?";
  if (waiting > 0 && !confirm(question)) return;
  try {
    await signOut();
    forgetTasks();
    go("/sign-in");
  } catch (error) {
    toast({ text: `Not signed out: ${reasonOf(error)}`, tone: "problem" });
  }
}

function undoLast(): void {
  const last = toasts.get().findLast(({ action }) => action !== undefined);
  if (!last) return;
  dismiss(last.id);
  last.action?.run();
}
