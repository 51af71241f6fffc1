import { useEffect, useState } from "preact/hooks";
import { readSession, type Session, whenSignedOut } from "../data/client.js";
import { useResource } from "../data/use-resource.js";
import { usePlace } from "../routing/router.js";
import { ErrorNote } from "../ui/page.js";
import { Navigation } from "./navigation.js";
import { pageOf } from "./pages.js";
import { SessionContext } from "./session-context.js";
import { Shortcuts } from "./shortcuts.js";
import { SignIn } from "./sign-in.js";

export function App() {
  const [signedIn, setSignedIn] = useState<Session>();
  const resource = useResource("session", readSession);
  const session = signedIn ?? resource.data;
  // A session ends at its time, or when its key does: the dashboard says what it is now.
  useEffect(
    () =>
      whenSignedOut(
        () =>
          void readSession().then(
            (now) => now.signed_in || setSignedIn(now),
            () => {},
          ),
      ),
    [],
  );
  if (!session) {
    return (
      <main class="alone">
        {resource.error && <ErrorNote error={resource.error} retry={resource.reload} />}
      </main>
    );
  }
  if (!session.signed_in) return <SignIn session={session} onSignedIn={setSignedIn} />;
  return (
    <SessionContext.Provider value={session}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Navigation session={session} onSignedOut={setSignedIn} />
      <Content />
      <Shortcuts />
    </SessionContext.Provider>
  );
}

function Content() {
  const place = usePlace();
  return (
    <main id="main" tabIndex={-1}>
      {pageOf(place)}
    </main>
  );
}
