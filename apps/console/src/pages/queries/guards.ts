import type { TranscriptTurn } from "@bullpen/client";

type GuardEvent = NonNullable<NonNullable<TranscriptTurn["observation"]>["guard"]>;

/** What a guard did at a tool call, in a sentence. */
export const GUARDS: Readonly<Record<GuardEvent, string>> = {
  repeated: "The call was made before: its recorded result came back.",
  closed:
    "The call was made before: its recorded result came back, and the next turn could not call the tool.",
  stopped: "After this call the next turn had to be the answer.",
};
