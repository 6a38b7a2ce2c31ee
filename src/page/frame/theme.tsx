/**
 * Light or dark: as the system has it, unless the reader chooses otherwise.
 *
 * The choice is kept by the browser where it lets a page keep anything; a page from a disk may not.
 */
import { signal } from "@preact/signals";

const CHOICES = ["auto", "light", "dark"] as const;
type Theme = (typeof CHOICES)[number];

const KEY = "blockgraph-theme";

/** What the reader chose. What is drawn by pixels draws again when it changes. */
export const theme = signal<Theme>(keptTheme());

function keptTheme(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return CHOICES.find((choice) => choice === kept) ?? "auto";
  } catch {
    return "auto";
  }
}

/** Makes the style sheet follow the choice. */
export function applyTheme(): void {
  if (theme.value === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
}

function choose(choice: Theme): void {
  theme.value = choice;
  applyTheme();
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // the choice holds for this page, then
  }
}

export function ThemeSwitch() {
  return (
    <fieldset class="theme">
      <legend class="unseen">Colours</legend>
      {CHOICES.map((choice) => (
        <label key={choice}>
          <input
            type="radio"
            name="theme"
            value={choice}
            checked={theme.value === choice}
            onChange={() => choose(choice)}
          />
          <span>{choice}</span>
        </label>
      ))}
    </fieldset>
  );
}
