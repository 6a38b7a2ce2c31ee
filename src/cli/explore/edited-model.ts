/**
 * A model as somebody who explores wants it: by other rules, or with actors that do something else.
 */
import { BlockgraphError } from "../../error.ts";
import type { OpenModel } from "../../explorer/server/documents.ts";
import type { Actor, Model, Phase } from "../../system/model.ts";
import { didYouMean } from "../check/did-you-mean.ts";

/** Actors of all phases, in their order. */
export function actorsOf({ phases }: Model): Actor[] {
  return phases.flatMap((phase) => (phase.kind === "concurrent" ? phase.actors : []));
}

/**
 * The model itself if nothing is changed.
 * @throws BlockgraphError `bad-argument` for an actor that it does not have
 */
export function editedModel(
  model: Model,
  { profile, workload }: Pick<OpenModel, "profile" | "workload">,
): Model {
  if (profile === null && workload.length === 0) return model;
  const known = actorsOf(model).map(({ name }) => name);
  const unknown = workload.find(({ actor }) => !known.includes(actor));
  if (unknown !== undefined) {
    throw new BlockgraphError(
      "bad-argument",
      `model '${model.name}' has no actor '${unknown.actor}'; it has: ${known.join(", ")}` +
        didYouMean(unknown.actor, known),
    );
  }
  const requests = new Map(workload.map(({ actor, requests: wanted }) => [actor, wanted]));
  const phase = (of: Phase): Phase =>
    of.kind === "concurrent"
      ? { ...of, actors: of.actors.map((actor) => withRequests(actor, requests.get(actor.name))) }
      : of;
  return { ...model, profile: profile ?? model.profile, phases: model.phases.map(phase) };
}

type Requests = OpenModel["workload"][number]["requests"];

/** What recommends to it what to do next goes on doing so, if it still chooses. */
function withRequests(actor: Actor, requests: Requests | undefined): Actor {
  if (requests === undefined) return actor;
  const before = "count" in actor.requests ? actor.requests.recommendedBy : undefined;
  const isChoice = "count" in requests;
  const recommended = isChoice && before !== undefined ? { recommendedBy: before } : {};
  return { ...actor, requests: isChoice ? { ...requests, ...recommended } : requests };
}
