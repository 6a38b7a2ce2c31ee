/**
 * A model as somebody who explores wants it: by other rules, or with actors that do something else.
 */
import { BlockgraphError } from "../../error.ts";
import type { OpenModel, Workload } from "../../explorer/server/documents.ts";
import type { Actor, FaultSource, Model, Phase } from "../../system/model.ts";
import { didYouMean } from "../check/did-you-mean.ts";

/** Actors of all phases, in their order. */
export function actorsOf({ phases }: Model): Actor[] {
  return phases.flatMap((phase) => (phase.kind === "concurrent" ? phase.actors : []));
}

/** Faults of all phases, in their order. */
export function faultsOf({ phases }: Model): FaultSource[] {
  return phases.flatMap((phase) => (phase.kind === "concurrent" ? (phase.faults ?? []) : []));
}

type Edits = Pick<OpenModel, "profile" | "workload" | "faults">;

export function isEdited({ profile, workload, faults }: Edits): boolean {
  return profile !== null || workload.length > 0 || faults.length > 0;
}

/**
 * The model itself if nothing is changed.
 * @throws BlockgraphError `bad-argument` for an actor or a fault that it does not have
 */
export function editedModel(model: Model, edits: Edits): Model {
  if (!isEdited(edits)) return model;
  const { profile, workload, faults } = edits;
  const known = actorsOf(model).map(({ name }) => name);
  const unknown = workload.find(({ actor }) => !known.includes(actor));
  if (unknown !== undefined) {
    throw new BlockgraphError(
      "bad-argument",
      `model '${model.name}' has no actor '${unknown.actor}'; it has: ${known.join(", ")}` +
        didYouMean(unknown.actor, known),
    );
  }
  const own = faultsOf(model).length;
  if (faults.length > 0 && faults.length !== own) {
    throw new BlockgraphError(
      "bad-argument",
      `model '${model.name}' has ${own} ${own === 1 ? "fault" : "faults"}, and ` +
        `${faults.length} ${faults.length === 1 ? "number is" : "numbers are"} given for that`,
    );
  }
  const edited = new Map(workload.map((each) => [each.actor, each]));
  const times = new Map(
    faultsOf(model).map((fault, index) => [fault, faults[index] ?? fault.times]),
  );
  const phase = (of: Phase): Phase => {
    if (of.kind !== "concurrent") return of;
    const actors = of.actors.map((actor) => withEdits(actor, edited.get(actor.name)));
    const may = (of.faults ?? []).flatMap((fault) => {
      const often = times.get(fault) ?? fault.times;
      return often === 0 ? [] : [{ ...fault, times: often }];
    });
    return { ...of, actors, faults: may };
  };
  return { ...model, profile: profile ?? model.profile, phases: model.phases.map(phase) };
}

/** What recommends to it what to do next goes on doing so, if it still chooses. */
function withEdits(actor: Actor, edits: Workload[number] | undefined): Actor {
  if (edits === undefined) return actor;
  const { requests, depth } = edits;
  const before = "count" in actor.requests ? actor.requests.recommendedBy : undefined;
  const isChoice = "count" in requests;
  const recommended = isChoice && before !== undefined ? { recommendedBy: before } : {};
  return {
    ...actor,
    requests: isChoice ? { ...requests, ...recommended } : requests,
    ...(depth === undefined ? {} : { depth }),
  };
}
