/**
 * The buttons of a player, its slider, and the number of the step.
 */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { CopyButton } from "../text/copy-button.tsx";
import { stepHash } from "./address.ts";
import { Icon, type IconName } from "./icon.tsx";
import { type Session, SPEEDS } from "./session.ts";

const number = new Intl.NumberFormat("en");

interface ControlsProps {
  readonly session: Session;
  readonly help: () => void;
  /** whether a link to the step is one that the player understands */
  readonly addressed: boolean;
}

export function Controls({ session, help, addressed }: ControlsProps) {
  const { position, playing, length, goTo } = session;
  const atStart = position.value === 0;
  const atEnd = position.value === length;
  return (
    <div class="controls" role="group" aria-label="Steps">
      <div class="buttons">
        <Press icon="first" label="To the beginning" off={atStart} press={() => goTo(0)} />
        <Press icon="back" label="Step back" off={atStart} press={session.back} />
        <Press
          icon={playing.value ? "pause" : "play"}
          label={playing.value ? "Pause" : "Play"}
          off={length === 0}
          press={session.toggle}
        />
        <Press icon="forward" label="Step" off={length === 0} press={session.forward} />
        <Press icon="last" label="To the end" off={atEnd} press={() => goTo(length)} />
      </div>
      <input
        class="slider"
        type="range"
        aria-label="Step"
        min={0}
        max={length}
        step={1}
        value={position.value}
        onInput={(event) => goTo(event.currentTarget.valueAsNumber)}
      />
      <StepNumber session={session} />
      <div class="buttons">
        <WrongButton session={session} />
        <Speed session={session} />
        <CopyButton text={() => (addressed ? linkTo(session) : location.href)} label="Copy link" />
        <button type="button" aria-label="Keys" onClick={help}>
          ?
        </button>
      </div>
    </div>
  );
}

function linkTo(session: Session): string {
  const trace = session.traces[0]?.id ?? "";
  const hash = stepHash({ trace, position: session.position.value });
  return location.href.replace(/#.*$/, "") + hash;
}

interface PressProps {
  readonly icon: IconName;
  readonly label: string;
  readonly off: boolean;
  readonly press: () => void;
}

/** A button that stays reachable when it can do nothing, so that the focus is not lost. */
function Press({ icon, label, off, press }: PressProps) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      aria-disabled={off}
      onClick={() => !off && press()}
    >
      <Icon name={icon} />
    </button>
  );
}

function StepNumber({ session }: { session: Session }) {
  const id = useId();
  return (
    <span class="step-number">
      <label for={id}>Step</label>
      <input
        id={id}
        type="number"
        min={0}
        max={session.length}
        value={session.position.value}
        onChange={(event) => session.goTo(event.currentTarget.valueAsNumber)}
      />
      <span>of {number.format(session.length)}</span>
    </span>
  );
}

function WrongButton({ session }: { session: Session }) {
  const none = useSignal(false);
  const press = (): void => {
    none.value = !session.toWrong(1);
  };
  return (
    <>
      <button type="button" class="to-wrong" onClick={press}>
        Next violation
      </button>
      <span class="unseen" role="status">
        {none.value ? "No violation after this step" : ""}
      </span>
    </>
  );
}

function Speed({ session }: { session: Session }) {
  const id = useId();
  return (
    <span class="speed">
      <label for={id} class="unseen">
        Speed
      </label>
      <select
        id={id}
        value={session.speed.value}
        onChange={(event) => {
          session.speed.value = Number(event.currentTarget.value);
        }}
      >
        {SPEEDS.map((speed) => (
          <option key={speed} value={speed}>
            {speed} / s
          </option>
        ))}
      </select>
    </span>
  );
}
