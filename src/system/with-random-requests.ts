/**
 * A model with more going on: random requests beside those that its design is about.
 *
 * They are added to the phases in which guests and readers of the model meet. Where there are none,
 * to those in which a guest does something of its own: in others it may be meant to stand still, as
 * for the last copies of a mirror, and in one without a reader nobody may be there to make room
 * for what it writes. The guest does everything that a guest can do, a reader everything that a
 * reader can do; half of the requests are whole 512-byte sectors, the other half begin and end at
 * any byte. A reader discards only where nothing is dumped later: what is discarded cannot be read
 * any more, and a dump with holes proves little.
 */
import type { QmpCommand } from "../graph/commands.ts";
import type { Operation } from "../vocabulary.ts";
import type { Actor, Model, Phase } from "./model.ts";

type ConcurrentPhase = Phase & { readonly kind: "concurrent" };

const GUEST: readonly Operation[] = [
  ...(["write", "write", "write", "read", "read"] as const),
  ...(["write-zeroes", "discard", "block-status", "flush"] as const),
];
const READER: readonly Operation[] = ["read", "read", "read", "block-status", "flush"];

/** bytes that the two halves of the requests are aligned to */
const ALIGNMENTS = [512, 1] as const;
/** clusters that the longest request covers */
const LONGEST_CLUSTERS = 4;

/**
 * The model with that many requests more, unless its actors are in step.
 * @param count requests in all, over all phases and actors
 * @param depth requests that the added actors of a phase keep in flight together; at least one each
 */
export function withRandomRequests(model: Model, count: number, depth: number): Model {
  if (model.inStep === true) return model;
  const entries = entriesByPhase(model);
  const concurrent = [...entries.keys()];
  const meeting = concurrent.filter((phase) => meet(phase, entries.get(phase)));
  const guests = concurrent.filter((phase) => actsThrough(phase, entries.get(phase)?.guests));
  const chosen = meeting.length > 0 ? meeting : guests.length > 0 ? guests : concurrent;
  const shares = share(count, chosen.length);
  const phases = model.phases.map((phase, index): Phase => {
    const place = phase.kind === "concurrent" ? chosen.indexOf(phase) : -1;
    const at = phase.kind === "concurrent" ? entries.get(phase) : undefined;
    if (phase.kind !== "concurrent" || place < 0 || at === undefined) return phase;
    const dumpFollows = model.phases.slice(index).some(({ kind }) => kind === "dump");
    const readerOperations = dumpFollows ? READER : [...READER, "discard" as const];
    const added = actors(at, { count: shares[place] ?? 0, depth, readerOperations, model });
    return { ...phase, actors: [...phase.actors, ...added] };
  });
  return { ...model, phases };
}

interface Entries {
  readonly guests: readonly string[];
  readonly readers: readonly string[];
}

/** Whether a guest and a reader act in a phase, or nobody at all does, so that they may. */
function meet(phase: ConcurrentPhase, entries: Entries | undefined): boolean {
  if (entries === undefined || entries.readers.length === 0) return false;
  if (phase.actors.length === 0) return true;
  return actsThrough(phase, entries.guests) && actsThrough(phase, entries.readers);
}

function actsThrough({ actors }: ConcurrentPhase, names: readonly string[] = []): boolean {
  return actors.some(({ through }) => names.includes(through));
}

/** Who could send requests in each phase: devices and exports that are there or come meanwhile. */
function entriesByPhase(model: Model): Map<ConcurrentPhase, Entries> {
  const guests = new Set<string>();
  const readers = new Set<string>();
  const found = new Map<ConcurrentPhase, Entries>();
  for (const phase of model.phases) {
    const commands = commandsOf(phase);
    for (const { execute, arguments: args } of commands) {
      if (execute === "device_add") guests.add(String(args.id));
      else if (execute === "block-export-add") readers.add(String(args.id));
    }
    if (phase.kind === "concurrent") {
      found.set(phase, { guests: [...guests], readers: [...readers] });
    }
    for (const { execute, arguments: args } of commands) {
      if (execute === "device_del") guests.delete(String(args.id));
      else if (execute === "block-export-del") readers.delete(String(args.id));
    }
  }
  return found;
}

function commandsOf(phase: Phase): readonly QmpCommand[] {
  if (phase.kind === "commands") return phase.commands;
  return phase.kind === "concurrent" ? (phase.administrator?.commands ?? []) : [];
}

function actors(
  { guests, readers }: Entries,
  options: { count: number; depth: number; readerOperations: readonly Operation[]; model: Model },
): Actor[] {
  const who = [
    ...guests.map((through) => ({ through, operations: GUEST })),
    ...readers.map((through) => ({ through, operations: options.readerOperations })),
  ].flatMap((one) => ALIGNMENTS.map((alignment) => ({ ...one, alignment })));
  const counts = share(options.count, who.length);
  const depths = share(options.depth, who.length);
  const longest = LONGEST_CLUSTERS * options.model.clusterSize;
  return who.map(({ through, operations, alignment }, index) => ({
    name: `${through} at random, multiples of ${alignment}`,
    through,
    depth: Math.max(1, depths[index] ?? 1),
    requests: { operations, count: counts[index] ?? 0, alignment, longest },
  }));
}

/** `total` in `parts` whole parts that differ by one at most. */
function share(total: number, parts: number): number[] {
  return Array.from({ length: parts }, (_, index) =>
    Math.floor((total + parts - 1 - index) / parts),
  );
}
