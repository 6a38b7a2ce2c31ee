/**
 * What can be explored, and what can be chosen about it.
 */
import { FORMATS } from "../../../models/formats.ts";
import { SURGERIES } from "../../../models/graph-surgery.ts";
import { MODELS } from "../../../models/index.ts";
import { SKETCHES } from "../../../models/sketches.ts";
import { boundsOf } from "../../check/lower/model/plan.ts";
import type { ModelSummary, Workload } from "../../explorer/server/documents.ts";
import { PROFILES } from "../../graph/profile.ts";
import type { Model } from "../../system/model.ts";
import { actorsOf, faultsOf } from "./edited-model.ts";

const BOUNDS: Readonly<Record<string, string>> = {
  requests: "requests of each actor that chooses them",
  alignment: "bytes that their offsets and lengths are multiples of",
  longest: "bytes of the longest of them",
  values: "different data that they write",
};

export function modelSummaries(): ModelSummary[] {
  const mutantsOf = (of: { mutants: readonly { name: string; statement: string }[] }) =>
    of.mutants.map(({ name, statement }) => ({ name, statement }));
  return [
    ...[...SKETCHES.values(), ...FORMATS.values()].map((sketch): ModelSummary => {
      const { name, title, idea, parameters } = sketch;
      return {
        ...{ name, title, idea, mutants: mutantsOf(sketch) },
        parameters: Object.entries(parameters).map(([parameter, of]) => ({
          ...{ name: parameter, description: of.description, default: of.default },
        })),
        ...NO_RULES,
      };
    }),
    ...[...MODELS.values()].map(
      (model): ModelSummary => ({
        ...{ name: model.name, title: model.title, idea: model.idea },
        ...{ mutants: mutantsOf(model), parameters: parametersOf(model) },
        ...{ profile: model.profile, profiles: PROFILES, workload: workloadOf(model) },
        faults: faultsOf(model).map(({ image, operations, errno, times }) => ({
          ...{ what: `${errno} of ${operations.join(", ")} in ${image}`, times },
        })),
      }),
    ),
    ...[...SURGERIES.values()].map((surgery): ModelSummary => {
      const { name, title, idea, depth } = surgery;
      const description = "commands, one after the other";
      return {
        ...{ name, title, idea, mutants: mutantsOf(surgery) },
        parameters: [{ name: "depth", description, default: depth }],
        ...NO_RULES,
      };
    }),
  ];
}

const NO_RULES: Pick<ModelSummary, "profile" | "profiles" | "workload" | "faults"> = {
  ...{ profile: null, profiles: [], workload: [], faults: [] },
};

/** None where a script says everything. */
function parametersOf(model: Model): ModelSummary["parameters"] {
  const chooses = actorsOf(model).some(({ requests }) => "count" in requests);
  if (!chooses) return [];
  return Object.entries(boundsOf(model)).map(([name, value]) => ({
    ...{ name, description: BOUNDS[name] ?? "", default: value },
  }));
}

function workloadOf(model: Model): Workload {
  return actorsOf(model).flatMap(({ name, requests, depth = 1 }): Workload => {
    if ("count" in requests) {
      const { operations, count, alignment, longest } = requests;
      const chosen = { operations: [...operations], count, alignment, longest };
      return [{ actor: name, depth, requests: chosen }];
    }
    const spelled = requests.flatMap(({ operation, offset, length, data }) => {
      if (data === undefined) return [{ operation, offset, length }];
      return "deflate" in data ? [] : [{ operation, offset, length, data }];
    });
    // What cannot be spelled here stays as it is.
    return spelled.length === requests.length ? [{ actor: name, depth, requests: spelled }] : [];
  });
}
