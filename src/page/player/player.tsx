/**
 * The player: a trace, or several side by side, stepped through by a reader.
 */
import { useSignal } from "@preact/signals";
import { useCallback, useRef } from "preact/hooks";
import type { PlayerTrace } from "../../report/site/player-trace.ts";
import { Announcement } from "./announcement.tsx";
import { Controls } from "./controls.tsx";
import { KeyHelp } from "./key-help.tsx";
import { TraceView } from "./trace-view.tsx";
import { useSession } from "./use-session.ts";

interface PlayerProps {
  readonly traces: readonly PlayerTrace[];
  /** where it stands at first, unless the page's address says otherwise */
  readonly start?: number;
  /** whether the page's address says where it stands; else it is somebody else's, and stays */
  readonly addressed?: boolean;
}

export function Player({ traces, start = 0, addressed = true }: PlayerProps) {
  const element = useRef<HTMLElement>(null);
  const helping = useSignal(false);
  const help = useCallback(() => {
    helping.value = true;
  }, [helping]);
  const session = useSession(traces, element, help, { start, addressed });
  const title = traces.map((trace) => trace.title).join(" beside ");
  const apart = traces.length > 1;
  return (
    <section class="player" ref={element} aria-label={`Player: ${title}`}>
      <Controls session={session} help={help} addressed={addressed} />
      <Announcement session={session} />
      <div class={apart ? "traces side-by-side" : "traces"}>
        {traces.map((trace, place) => (
          <TraceView key={trace.id} session={session} place={place} />
        ))}
      </div>
      {helping.value && (
        <KeyHelp
          close={() => {
            helping.value = false;
          }}
        />
      )}
    </section>
  );
}
