import type { TargetedSubmitEvent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { providerUrl, type Session, signIn } from "../data/client.js";
import { useAction } from "../ui/use-action.js";

interface SignInProps {
  readonly session: Session;
  readonly onSignedIn: (session: Session) => void;
}

/** Leads to the provider where there is one, and asks for a key. */
export function SignIn({ session, onSignedIn }: SignInProps) {
  const [key, setKey] = useState("");
  const { problem, isActing, run } = useAction();
  useEffect(() => {
    document.title = "Sign in · Bullpen";
  }, []);
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    await run(async () => onSignedIn(await signIn(key)));
  };
  return (
    <main class="alone">
      <form class="sign-in" onSubmit={submit}>
        <h1>Bullpen</h1>
        {session.provider && (
          <a class="button primary" href={providerUrl()}>
            Sign in with {session.provider}
          </a>
        )}
        {session.sign_out_url && (
          <p>
            You are signed out here, and not at {session.provider}.{" "}
            <a href={session.sign_out_url}>Sign out there</a>
          </p>
        )}
        <p>{session.provider ? "Or give a key." : "This server wants a key."} The operator makes one with</p>
        <pre>
          <code>npx bullpen keys create --role submit</code>
        </pre>
        <label>
          Key
          <input
            type="password"
            autocomplete="current-password"
            required
            value={key}
            aria-invalid={problem !== undefined}
            aria-describedby="sign-in-problem"
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        <p id="sign-in-problem" class="problem" role="alert">
          {problem}
        </p>
        <button type="submit" class="primary" disabled={isActing}>
          Sign in
        </button>
      </form>
    </main>
  );
}
