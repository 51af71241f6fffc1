import { useState } from "preact/hooks";

const THEMES = ["light dark", "light", "dark"] as const;
const NAMES = { "light dark": "As the system", light: "Light", dark: "Dark" } as const;
type Theme = (typeof THEMES)[number];

const STORED_AS = "bullpen-theme";

function storedTheme(): Theme {
  const stored = localStorage.getItem(STORED_AS);
  return THEMES.find((theme) => theme === stored) ?? "light dark";
}

/** Before the first paint: the other colours would be seen for a moment. */
applyTheme(storedTheme());

function applyTheme(theme: Theme): void {
  document.documentElement.style.colorScheme = theme;
}

/** Light, dark, or as the system has it. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(storedTheme);
  const choose = (value: string) => {
    const chosen = THEMES.find((known) => known === value) ?? "light dark";
    localStorage.setItem(STORED_AS, chosen);
    applyTheme(chosen);
    setTheme(chosen);
  };
  return (
    <select
      class="small"
      aria-label="Colours"
      value={theme}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      {THEMES.map((known) => (
        <option key={known} value={known}>
          {NAMES[known]}
        </option>
      ))}
    </select>
  );
}
