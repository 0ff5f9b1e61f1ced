import { useEffect } from "react";
import { account } from "./account/account.ts";
import { ForgotPassword } from "./account/forgot-password.tsx";
import { ResetPassword } from "./account/reset-password.tsx";
import { SignIn } from "./account/sign-in.tsx";
import { History } from "./history/history.tsx";
import { Inbox } from "./inbox/inbox.tsx";
import { Conflicts } from "./outbox/conflicts.tsx";
import { isDoor, routeOf } from "./places.ts";
import { goInside, usePlace } from "./route.ts";
import { session } from "./session.ts";
import { Frame } from "./shell/frame.tsx";
import { Link } from "./shell/link.tsx";
import { ToastList } from "./shell/toast-list.tsx";
import { useStore } from "./store.ts";
import { Tasks } from "./tasks/tasks.tsx";

const titles = {
  tasks: "Tasks",
  inbox: "Inbox",
  history: "History",
  "sign-in": "Sign in",
  register: "Register",
  "forgot-password": "Forgot password",
  "reset-password": "New password",
  unknown: "Not found",
} as const;

/** The page: what the address says, for who is signed in. */
export function App() {
  return (
    <>
      <Content />
      <ToastList />
    </>
  );
}

function Content() {
  const { path } = usePlace();
  const { kind } = useStore(account);
  const current = useStore(session);
  const route = routeOf(path);
  const atDoor = isDoor(route);
  useEffect(() => {
    document.title = `${titles[route.view]} · Todo Evolution`;
  }, [route.view]);
  useEffect(() => {
    if (kind === "in" && atDoor) goInside();
  }, [kind, atDoor]);

  // Also for who is signed in: the link may be to another account.
  if (route.view === "reset-password") return <ResetPassword />;
  if (kind === "out" && route.view === "forgot-password") return <ForgotPassword />;
  if (kind === "out") return <SignIn register={route.view === "register"} />;
  if (!current || atDoor) return <p className="opening">Opening…</p>;
  return (
    <Frame session={current} view={route.view as "tasks"}>
      <Conflicts session={current} />
      {route.view === "tasks" && <Tasks session={current} taskId={route.taskId} />}
      {route.view === "inbox" && <Inbox session={current} />}
      {route.view === "history" && <History session={current} />}
      {route.view === "unknown" && (
        <div className="empty">
          <h1>There is nothing here</h1>
          <p>
            The address may be mistyped. <Link href="/">Go to your tasks</Link>
          </p>
        </div>
      )}
    </Frame>
  );
}
