/**
 * The keys of a player, and which of several players on a page they move.
 */
import type { Session } from "./session.ts";

/** What is shown to a reader who asks for help. */
export const KEYS: readonly { readonly keys: string; readonly meaning: string }[] = [
  { keys: "→", meaning: "one step on" },
  { keys: "←", meaning: "one step back" },
  { keys: "Space", meaning: "play or pause" },
  { keys: "Home", meaning: "to the beginning" },
  { keys: "End", meaning: "to the end" },
  { keys: "v", meaning: "to the next violation or wrong byte" },
  { keys: "Shift v", meaning: "to the one before" },
  { keys: "↑ ↓", meaning: "in the list of steps: one step" },
  { keys: "?", meaning: "these keys" },
];

/** What has keys of its own. */
const FIELDS = "input, select, textarea, dialog";
/** What the space bar presses. */
const PRESSED = "button, a, summary";

/** Does what a key stands for; false: the key is not one of a player's. */
export function pressKey(session: Session, key: string, help: () => void): boolean {
  const { goTo, length } = session;
  const actions: Readonly<Record<string, () => void>> = {
    ArrowRight: session.forward,
    ArrowLeft: session.back,
    " ": session.toggle,
    Home: () => goTo(0),
    End: () => goTo(length),
    v: () => session.toWrong(1),
    V: () => session.toWrong(-1),
    "?": help,
  };
  const action = actions[key];
  action?.();
  return action !== undefined;
}

/** The player that a reader touched last; keys that nothing else wants go to it. */
let touched: HTMLElement | null = null;

/** Says that a reader touched a player. */
export function touch(player: HTMLElement): void {
  touched = player;
}

/** What keys scroll, or whose rows they choose. */
const SCROLLED = "[role=group][tabindex], [role=listbox]";

/** Whether a key that was pressed is meant for this player. */
export function isMeantFor(player: HTMLElement, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  const { target, key } = event;
  if (!(target instanceof Element) || target.closest(FIELDS) !== null) return false;
  if (target.closest(PRESSED) !== null && key === " ") return false;
  if (target.closest(".player") !== null) return player.contains(target);
  return target.closest(SCROLLED) === null && player === theOneInSight();
}

/** Of the players in sight the one touched last, else the uppermost. */
function theOneInSight(): Element | undefined {
  const inSight = [...document.querySelectorAll(".player")].filter((player) => {
    const { top, bottom } = player.getBoundingClientRect();
    return top < innerHeight && bottom > 0;
  });
  return inSight.find((player) => player === touched) ?? inSight[0];
}
