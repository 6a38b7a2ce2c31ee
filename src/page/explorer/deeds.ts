/**
 * What is done with a path: downloaded, replayed, made a test. Each goes on beside everything else,
 * and says how it ended.
 */
import { signal } from "@preact/signals";
import { ask, fetchPath } from "./client.ts";
import { open, textOf, view } from "./store.ts";

export interface Deed {
  readonly id: number;
  /** `Replay on QEMU of state 5` */
  readonly what: string;
  /** ms since the epoch */
  readonly began: number;
  /** null: it is under way */
  readonly ended: { readonly tone: "good" | "bad"; readonly text: string } | null;
}

/** As many are kept. */
const MOST = 8;
export const deeds = signal<readonly Deed[]>([]);
let next = 0;

type Ended = NonNullable<Deed["ended"]>;

async function perform(
  what: string,
  work: (place: { readonly exploration: number; readonly state: number }) => Promise<Ended>,
): Promise<void> {
  const id = next++;
  const place = { exploration: open().exploration, state: view.value?.id ?? 0 };
  const deed: Deed = { id, what: `${what}, state ${place.state}`, began: Date.now(), ended: null };
  deeds.value = [deed, ...deeds.value].slice(0, MOST);
  let ended: Ended;
  try {
    ended = await work(place);
  } catch (error) {
    ended = { tone: "bad", text: textOf(error) };
  }
  deeds.value = deeds.value.map((each) => (each.id === id ? { ...each, ended } : each));
}

export function download(): Promise<void> {
  return perform("Download", async ({ exploration, state }) => {
    const { name, content } = await fetchPath(exploration, state);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content);
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
    return { tone: "good", text: `${name}, ${content.size} bytes` };
  });
}

/** @param name empty: of the model and the property */
export function promote(name: string): Promise<void> {
  return perform("Promote to a test", async (place) => {
    const named = name === "" ? {} : { name };
    const { test } = await ask("promote", { ...place, ...named });
    return { tone: "good", text: `${test} is written` };
  });
}

const PLACES = { sim: "in the simulator", files: "on real files", qemu: "on QEMU" } as const;

/** @param qemu its version; empty: the one whose rules the path has */
export function replay(on: keyof typeof PLACES, qemu = ""): Promise<void> {
  return perform(`Replay ${PLACES[on]}`, async (place) => {
    const asked = { ...place, on, ...(qemu === "" ? {} : { qemu }) };
    const { identical, line, difference, violations } = await ask("replay", asked);
    const text = [line, difference ?? "", ...violations].filter((each) => each !== "").join("; ");
    return { tone: identical ? "good" : "bad", text };
  });
}
