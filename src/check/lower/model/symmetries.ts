/**
 * Which symmetries a model has, and why each is sound. Nothing else decides it.
 *
 * A renumbering is a symmetry if it turns every step of the program into a step of the program,
 * with the same judgements, up to a renumbering again. It says nothing about the initial state:
 * a search up to symmetry visits one state of every orbit that a reachable state lies in, whatever
 * that begins with, at the same depth. So clusters may differ in what they hold at the beginning
 * (data, a hole); that is in the state, and the steps read it from there.
 *
 * *Readers, guests*: actors of one phase that enter at the same node with the same rights, requests
 * and depth. What is lowered of them differs in names only. What they have in common (clusters,
 * images, budgets of faults, what disks may hold) counts them and does not tell them apart, and
 * loops that go over all of them gather sets and truths, in which order does not matter.
 *
 * *Requests of an actor* that has several in flight. A request is sent by the first instance that
 * has none, and an instance that has none remembers nothing: so whichever it is, the states after
 * are renumberings of each other. How many were sent, and hence what the next one is or writes,
 * belongs to the actor. Tasks belong to the request that forked them. The numbers of instances are
 * not closed under renumbering (the first request never is the second instance's), so whoever looks
 * for one that waits for ever has to ask for each of them.
 *
 * *Copies in the background*: tasks of nobody. Any free place is as good as another.
 *
 * *Clusters* from the first one on that are whole in every node and image. Their numbers are in
 * the places of what is kept by cell or by cluster (`FieldShape`), in where a request starts, and
 * in which cluster a task is for; all else that a request remembers is counted from its start
 * (frame.ts and carrier.ts see to that). They can be renumbered if every request has exactly one of
 * them, any of them, and leaves the others alone; or has all of them and reads them from the image
 * in a single step, as somebody does who looks at the disk afterwards: then each cluster has its
 * share of what that request remembers. A flush is nowhere; of what it must find stable, which is
 * in a register of its own, each cluster has its share too. Values of data need no renumbering: an
 * image begins with one value wherever it holds data, and what is written depends on the turn and
 * not on the place.
 * Charts, faults and properties know nothing of numbers.
 *
 * Left out are clusters that a request can join to its neighbours, since who is next to whom
 * matters then (only reversal might do); scripts that name clusters; windows that are shifted,
 * where the clusters of nodes are not those of images; nodes that ask for any of their clusters,
 * where the first one that can takes it; like graphs beside each other; clusters of which no two
 * begin alike, which what they began with tells apart most of the time; and clusters beyond the
 * first few, since trying their permutations would cost more than they save.
 *
 * Liveness is checked without any of this. Observations that would keep records by cluster have to
 * say so by a shape, or these clusters are no longer like each other.
 */
import type { Symmetry, SymmetryMember } from "../../program/program.ts";
import { turnField } from "./actor-data.ts";
import type { Carrier } from "./carrier.ts";
import type { FieldShape } from "./field-shape.ts";
import { FLUSH_SEEN } from "./guest-watch.ts";
import { asksAny, nodesOf, type Plan, type PlannedActor } from "./plan.ts";
import type { Player } from "./player.ts";
import type { TaskRole } from "./tasks.ts";

/** A lowered model, as far as it matters here. */
export interface SymmetrySubject {
  readonly plan: Plan;
  /** by phase */
  readonly players: readonly (readonly Player[])[];
  readonly tasks: readonly Carrier[];
  readonly roles: ReadonlyMap<string, TaskRole>;
  /** of every field that no carrier owns */
  readonly shapes: ReadonlyMap<string, FieldShape>;
}

/** Permutations of so many are tried, where sorting is not enough. */
const CLUSTERS_MOST = 5;

/** The symmetries, those whose things lie within things of another one before that. */
export function symmetriesOf(subject: SymmetrySubject): Symmetry[] {
  const clusters = clusterSymmetry(subject);
  const background = clusters === null ? [] : backgroundSymmetries(subject);
  const requests = subject.players
    .flat()
    .filter(({ actor }) => actor.depth > 1)
    .map((player) => requestSymmetry(subject, player));
  const alike = subject.players.flatMap((players) => actorSymmetries(subject, players));
  return numbered([...(clusters === null ? [] : [clusters]), ...background, ...requests, ...alike]);
}

function clusterSymmetry(subject: SymmetrySubject): Symmetry | null {
  const { plan, players, tasks, shapes } = subject;
  const { geometry, phases, images } = plan;
  const nodes = nodesOf(phases);
  if (nodes.some(({ shift }) => shift !== 0) || nodes.some(asksAny)) return null;
  const cells = geometry.clusterCells;
  const lengths = [
    ...nodes.map(({ length }) => geometry.cells(length)),
    ...[...images.values()].map((initial) => initial.length),
  ];
  const whole = lengths.map((length) => Math.floor(length / cells));
  const size = Math.min(CLUSTERS_MOST, ...whole);
  if (!someAlike(plan, size)) return null;
  const uses = players.flatMap((inPhase, phase) =>
    inPhase.map(({ actor, carrier }) => ({ carrier, use: useOf(plan, phase, actor, size) })),
  );
  const flushes = uses.filter(({ carrier }) => carrier.registers.includes(FLUSH_SEEN));
  if (flushes.some(({ carrier }) => carrier.instances > 1)) return null;
  if (uses.some(({ use }) => use === "unlike")) return null;
  const byCell = [...shapes].filter(([, shape]) => shape === "cell").map(([field]) => field);
  const byCluster = [...shapes].filter(([, shape]) => shape === "cluster").map(([field]) => field);
  const shares = uses.flatMap(({ carrier, use }) =>
    carrier.registers
      .filter((register) => carrier.stride(register) > 1)
      .filter((register) => use === "all of them" || register === FLUSH_SEEN)
      .map((register) => carrier.fieldOf(register)),
  );
  const starts = uses.filter(({ use }) => use === "any one of them");
  return {
    name: "clusters",
    size,
    owned: [
      ...[...byCell, ...shares].map((field) => ({ field, stride: cells })),
      ...byCluster.map((field) => ({ field, stride: 1 })),
    ],
    processes: [],
    members: [],
    naming: [
      ...starts.map(({ carrier }) => ({ field: carrier.fieldOf("start"), first: 1, each: cells })),
      ...tasks.map((carrier) => ({ field: carrier.fieldOf("cluster"), first: 1, each: 1 })),
    ],
    closed: false,
  };
}

/** Whether some of the first clusters begin alike: else there is hardly anything to be gained. */
function someAlike({ images, geometry }: Plan, size: number): boolean {
  const cells = geometry.clusterCells;
  const contents = Array.from({ length: size }, (_, cluster) =>
    [...images.values()].map((cell) => cell.slice(cluster * cells, (cluster + 1) * cells).join()),
  );
  return new Set(contents.map((content) => content.join("\n"))).size < size;
}

/** What an actor's requests have of the first `size` clusters. */
type Use = "any one of them" | "all of them" | "none of them" | "unlike";

function useOf(plan: Plan, phase: number, actor: PlannedActor, size: number): Use {
  const cells = plan.geometry.clusterCells;
  const requests = actor.requests.filter(({ start, end }) => start < end);
  const touching = requests.filter(({ start }) => start < size * cells);
  if (touching.length === 0) return "none of them";
  if (actor.scripted) {
    const { stages = [] } = plan.phases[phase] ?? {};
    const fromImage = stages.every(({ execution }, stage) => {
      const node = actor.nodes[stage] ?? null;
      return node === null || execution.node(node).route("read").kind === "image";
    });
    const all = requests.every(
      ({ spec, start, end }) => spec.operation === "read" && start === 0 && end >= size * cells,
    );
    return all && actor.depth === 1 && fromImage ? "all of them" : "unlike";
  }
  const single = touching.every(({ start, end }) => start % cells === 0 && end - start === cells);
  const operations = new Set(touching.map(({ spec }) => spec.operation));
  return single && touching.length === operations.size * size ? "any one of them" : "unlike";
}

function backgroundSymmetries({ tasks, roles }: SymmetrySubject): Symmetry[] {
  const background = tasks.filter(({ process }) => roles.get(process)?.kind === "background");
  return background
    .filter(({ instances }) => instances > 1)
    .map((carrier) => ({
      name: "copies in the background",
      size: carrier.instances,
      owned: registersOf(carrier, 1),
      processes: [{ process: carrier.process, stride: 1 }],
      members: [],
      naming: [],
      closed: false,
    }));
}

function requestSymmetry(subject: SymmetrySubject, { actor, carrier }: Player): Symmetry {
  const tasks = tasksOf(subject, carrier);
  return {
    name: `requests of ${actor.name}`,
    size: carrier.instances,
    owned: [carrier, ...tasks].flatMap((each) =>
      registersOf(each, each.instances / carrier.instances),
    ),
    processes: [carrier, ...tasks].map(({ process, instances }) => ({
      process,
      stride: instances / carrier.instances,
    })),
    members: [],
    naming: [],
    closed: false,
  };
}

const ACTORS = {
  guest: "guests",
  view: "readers",
  result: "readers of a copy",
  job: "jobs",
  other: "actors",
} as const;

function actorSymmetries(subject: SymmetrySubject, players: readonly Player[]): Symmetry[] {
  const classes = new Map<string, Player[]>();
  for (const player of players) {
    const kind = JSON.stringify({ ...player.actor, name: "", through: "" });
    classes.set(kind, [...(classes.get(kind) ?? []), player]);
  }
  return [...classes.values()]
    .filter(({ length }) => length > 1)
    .map((alike) => ({
      name: ACTORS[alike[0]?.actor.entry.kind ?? "other"],
      size: alike.length,
      owned: [],
      processes: [],
      members: alike.map((player) => memberOf(subject, player)),
      naming: [],
      closed: true,
    }));
}

function memberOf(subject: SymmetrySubject, { actor, carrier }: Player): SymmetryMember {
  const carriers = [carrier, ...tasksOf(subject, carrier)];
  const fields = carriers.flatMap((each) => each.fields.map(({ name }) => name));
  return {
    fields: [turnField(actor), ...fields],
    processes: carriers.map(({ process }) => process),
  };
}

/** Tells those of the same name apart by a number. */
function numbered(symmetries: readonly Symmetry[]): Symmetry[] {
  return symmetries.map((symmetry, index) => {
    const before = symmetries.slice(0, index).filter(({ name }) => name === symmetry.name).length;
    return before === 0 ? symmetry : { ...symmetry, name: `${symmetry.name} ${before + 1}` };
  });
}

/** The tasks that instances of a carrier fork, and those that these fork. */
function tasksOf(subject: SymmetrySubject, owner: Carrier): Carrier[] {
  const own = subject.tasks.filter(({ process }) => {
    const role = subject.roles.get(process);
    return role?.kind === "task" && role.owner === owner.process;
  });
  return own.flatMap((task) => [task, ...tasksOf(subject, task)]);
}

/** The fields of a carrier, of which a thing has `stride` instances. */
function registersOf(carrier: Carrier, stride: number): { field: string; stride: number }[] {
  return carrier.registers.map((register) => ({
    field: carrier.fieldOf(register),
    stride: stride * carrier.stride(register),
  }));
}
