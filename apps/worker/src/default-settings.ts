/** What a worker takes where neither its environment nor `bullpen tune` says anything. */
export const DEFAULT_SLOTS = "auto";
export const DEFAULT_SLOTS_OF_SERVER = 64;
export const DEFAULT_CONTEXT_TOKENS = 4_096;
