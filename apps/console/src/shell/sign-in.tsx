import type { TargetedSubmitEvent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Session, signIn } from "../data/client.js";

/** Asks for a key. */
export function SignIn({ onSignedIn }: { readonly onSignedIn: (session: Session) => void }) {
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState<string>();
  const [isSending, setIsSending] = useState(false);
  useEffect(() => {
    document.title = "Sign in · Bullpen";
  }, []);
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsSending(true);
    try {
      onSignedIn(await signIn(key));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setIsSending(false);
    }
  };
  return (
    <main class="alone">
      <form class="sign-in" onSubmit={submit}>
        <h1>Bullpen</h1>
        <p>This server wants a key. Its operator makes one with</p>
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
        <button type="submit" class="primary" disabled={isSending}>
          Sign in
        </button>
      </form>
    </main>
  );
}
