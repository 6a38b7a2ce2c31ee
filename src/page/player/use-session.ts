/**
 * A player's ties to its page: the address that it is opened with and leaves behind, the keys, the
 * clock.
 */
import { effect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { PlayerTrace } from "../../report/site/player-trace.ts";
import { readStepHash, stepHash } from "./address.ts";
import { isMeantFor, pressKey, touch } from "./keys.ts";
import { type Session, startSession } from "./session.ts";

/** Browsers refuse addresses that change all the time: only where a reader stays is written. */
const ADDRESS_DELAY_MS = 200;

/** The position that the page's address names in one of these traces; null: none. */
function linkedPosition(traces: readonly PlayerTrace[]): number | null {
  const address = readStepHash(location.hash);
  const known = traces.some(({ id }) => id === address?.trace);
  return address !== null && known ? address.position : null;
}

/** A session of these traces as long as the element is there; of another array another session. */
export function useSession(
  traces: readonly PlayerTrace[],
  element: RefObject<HTMLElement | null>,
  help: () => void,
  { start, addressed }: { readonly start: number; readonly addressed: boolean },
): Session {
  const session = useMemo(
    () => startSession(traces, (addressed ? linkedPosition(traces) : null) ?? start),
    [traces, start, addressed],
  );
  useAddress(session, element, addressed);
  usePlaying(session);
  useEffect(() => {
    const player = element.current;
    if (player === null) return;
    const press = (event: KeyboardEvent): void => {
      if (isMeantFor(player, event) && pressKey(session, event.key, help)) event.preventDefault();
    };
    const mark = (): void => touch(player);
    document.addEventListener("keydown", press);
    player.addEventListener("pointerdown", mark);
    player.addEventListener("focusin", mark);
    return () => {
      document.removeEventListener("keydown", press);
      player.removeEventListener("pointerdown", mark);
      player.removeEventListener("focusin", mark);
    };
  }, [session, element, help]);
  return session;
}

/** Runs an effect of a session's signals for as long as it is this session. */
function useEffectOf(session: Session, run: () => (() => void) | undefined): void {
  useEffect(() => effect(run), [session]);
}

function useAddress(
  session: Session,
  element: RefObject<HTMLElement | null>,
  addressed: boolean,
): void {
  useEffect(() => {
    if (!addressed) return undefined;
    const follow = (): void => {
      const linked = linkedPosition(session.traces);
      if (linked === null) return;
      session.goTo(linked);
      element.current?.scrollIntoView();
    };
    if (linkedPosition(session.traces) !== null) element.current?.scrollIntoView();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [session, element, addressed]);
  useEffectOf(session, () => {
    const position = session.position.value;
    const [first] = session.traces;
    if (!addressed || !session.moved.value || first === undefined) return;
    const hash = stepHash({ trace: first.id, position });
    const timer = setTimeout(() => history.replaceState(null, "", hash), ADDRESS_DELAY_MS);
    return () => clearTimeout(timer);
  });
}

function usePlaying(session: Session): void {
  useEffectOf(session, () => {
    if (!session.playing.value) return;
    const timer = setInterval(() => {
      if (session.isOver()) session.playing.value = false;
      else session.forward();
    }, 1000 / session.speed.value);
    return () => clearInterval(timer);
  });
}
