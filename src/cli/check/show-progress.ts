/**
 * Progress while a check goes on, on stderr and never silent for longer than 2 s.
 *
 * On a terminal it is one line, drawn anew ten times a second. Where there is none it is a plain
 * line every 2 s, so that a quick check says nothing and a log file stays short. For machines it is
 * one JSON object a line: at once, then once a second.
 */
import { isatty } from "node:tty";
import type { Progress } from "../../check/result.ts";
import { checkProgressLine, progressDocument } from "../../report/check/progress.ts";
import { progress as draw, warn } from "../terminal.ts";

const DRAW_MS = 100;
const LINE_MS = 2000 - DRAW_MS;
const OBJECT_MS = 1000;

/** Weight of the newest interval in the rate that is shown. */
const RATE_WEIGHT = 0.3;

/** Shows how far something is, again and again, until {@link stop}. */
export class ProgressDisplay {
  readonly #name: string;
  readonly #read: () => Progress;
  readonly #show: (progress: Progress) => void;
  readonly #every: number;
  readonly #began = performance.now();
  readonly #timer: NodeJS.Timeout;
  #shown = performance.now();
  #rate = 0;
  #last: { readonly at: number; readonly done: number };

  /**
   * @param name whose progress it is
   * @param read asks for the progress of now
   */
  constructor(name: string, read: () => Progress, options: { readonly json: boolean }) {
    this.#name = name;
    this.#read = read;
    this.#last = { at: this.#began, done: 0 };
    if (options.json) {
      this.#show = (progress) => this.#printObject(progress);
      this.#every = OBJECT_MS;
      this.#show(read());
    } else {
      const onTerminal = isatty(2);
      const print = onTerminal ? draw : warn;
      this.#show = (progress) => print(checkProgressLine(name, progress, this.#pace()));
      this.#every = onTerminal ? DRAW_MS : LINE_MS;
    }
    this.#timer = setInterval(() => this.#tick(), DRAW_MS);
  }

  /** Shows nothing more; with JSON, the last state of things once. */
  stop(): void {
    clearInterval(this.#timer);
    if (this.#every === OBJECT_MS) this.#show(this.#read());
  }

  #tick(): void {
    const now = performance.now();
    const progress = this.#read();
    const done = doneOf(progress);
    // Another task counts anew from 0.
    if (done < this.#last.done) this.#last = { at: now - DRAW_MS, done: 0 };
    const lately = ((done - this.#last.done) * 1000) / Math.max(1, now - this.#last.at);
    this.#rate = this.#rate === 0 ? lately : mixed(this.#rate, lately);
    this.#last = { at: now, done };
    if (now - this.#shown < this.#every) return;
    this.#shown = now;
    this.#show(progress);
  }

  #pace() {
    return { seconds: (performance.now() - this.#began) / 1000, statesPerSecond: this.#rate };
  }

  #printObject(progress: Progress): void {
    warn(JSON.stringify(progressDocument(this.#name, progress, this.#pace())));
  }
}

/** Walks find no new states; what they do is steps. */
function doneOf({ task, states, transitions }: Progress): number {
  return task === "walk" ? transitions : states;
}

function mixed(before: number, lately: number): number {
  return before * (1 - RATE_WEIGHT) + lately * RATE_WEIGHT;
}
