/**
 * A model with a graph, as something that can be checked.
 */
import { INVARIANTS, PROPERTIES, REACHABLE } from "../../../properties/index.ts";
import { lowerModel } from "../../check/lower/model/lower-model.ts";
import { boundsOf } from "../../check/lower/model/plan.ts";
import { BlockgraphError } from "../../error.ts";
import { bytesText } from "../../report/bytes-text.ts";
import type { CheckBounds, Model } from "../../system/model.ts";
import { findMutant, propertiesOf } from "../find.ts";
import type { Checked } from "./checked.ts";
import { writeTraceLog } from "./trace-log.ts";

export function checkedModel(model: Model): Checked {
  const { name, mutants } = model;
  return {
    name,
    mutants,
    source: `models/${name}.ts`,
    lower(given, mutantName) {
      const mutant = mutantName === null ? null : findMutant(model, mutantName);
      const watched = propertiesOf(model);
      const reachable = named(model, model.reachable, REACHABLE);
      const invariants = named(model, model.invariants, INVARIANTS);
      const properties = [...watched, ...reachable];
      const bounds = narrowed(model, given);
      const lowered = lowerModel(model, { properties, invariants, mutant, bounds });
      return {
        program: lowered.program,
        parameters: { ...bounds },
        bounds: boundsText(bounds),
        statements: new Map(
          [...PROPERTIES.values(), ...reachable, ...invariants].map((each) => [
            each.name,
            each.statement,
          ]),
        ),
        writeLog: (path, finding) =>
          writeTraceLog(path, { lowered, properties: watched, mutant }, finding),
      };
    },
  };
}

function named<Thing>(
  model: Model,
  names: readonly string[] | undefined,
  all: ReadonlyMap<string, Thing>,
): Thing[] {
  return (names ?? []).map((name) => {
    const found = all.get(name);
    if (found !== undefined) return found;
    const known = [...all.keys()].join(", ");
    throw new BlockgraphError(
      "bad-argument",
      `model '${model.name}' names '${name}'; there is: ${known}`,
    );
  });
}

function narrowed(model: Model, given: ReadonlyMap<string, number>): CheckBounds {
  const own = boundsOf(model);
  const known = Object.keys(own);
  for (const name of given.keys()) {
    if (known.includes(name)) continue;
    throw new BlockgraphError(
      "bad-argument",
      `model '${model.name}' has no parameter '${name}'; it has: ${known.join(", ")}`,
    );
  }
  return {
    requests: given.get("requests") ?? own.requests,
    alignment: given.get("alignment") ?? own.alignment,
    longest: given.get("longest") ?? own.longest,
    values: given.get("values") ?? own.values,
  };
}

/** `1 request each of up to 64 KiB, aligned to 64 KiB, 1 value` */
function boundsText({ requests, alignment, longest, values }: CheckBounds): string {
  const each = `${requests} ${requests === 1 ? "request" : "requests"} each`;
  const most = bytesText(Math.max(alignment, longest));
  const size = `of up to ${most}, aligned to ${bytesText(alignment)}`;
  return `${each} ${size}, ${values} ${values === 1 ? "value" : "values"}`;
}
