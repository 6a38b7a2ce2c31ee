/**
 * A log as a player shows it: replayed in the simulator, and observed record by record.
 *
 * Whatever cannot be shown is left out, and said: a log that does not replay any more still has
 * records that can be read, and up to where it does replay it has a state.
 */

import { SURGERIES } from "../../../models/graph-surgery.ts";
import { MODELS } from "../../../models/index.ts";
import { PROPERTIES } from "../../../properties/index.ts";
import { witnessOf } from "../../check/lower/surgery/witness.ts";
import { BlockgraphError } from "../../error.ts";
import { MemoryLog } from "../../log/memory-log.ts";
import type { LogRecord } from "../../log/record.ts";
import { Simulation } from "../../simulate/simulation.ts";
import { enabledChoices } from "../../system/choice.ts";
import type { Model } from "../../system/model.ts";
import { modelContent } from "../../system/model-image.ts";
import { replayRecords } from "../../system/replay.ts";
import { modelDigest, type StartBody } from "../../system/start.ts";
import type { PlayerStep, PlayerTrace } from "../site/player-trace.ts";
import { isImageMap } from "./image-maps.ts";
import { ADMINISTRATOR } from "./lanes.ts";
import { Observer } from "./observer.ts";
import { plainLine, plainStep } from "./plain-steps.ts";
import type { ReadRecords } from "./read-records.ts";
import { NOT_THERE } from "./state-names.ts";
import { Witness } from "./witness.ts";

/** What a trace is called. */
export interface TraceName {
  /** unique on its page */
  readonly id: string;
  readonly title: string;
}

/** The player's trace of a log, or of the part of it that there is. */
export function logTrace(name: TraceName, { records, lines, notices }: ReadRecords): PlayerTrace {
  const said = [...notices];
  const [first] = records;
  const observed = first?.kind === "start" ? replayed(first, records, said) : null;
  if (observed === null && records.length > 0 && first?.kind !== "start") {
    said.push("The log does not begin with a start record, so there is no state to show.");
  }
  const maps = observed?.observer.maps().filter(saysSomething) ?? [];
  const shown = observed?.steps.map((step) => ofMaps(step, maps)) ?? [];
  const rest = records.slice(shown.length + 1).map(plainStep);
  const raw = lines.map((line, index) => plainLine(line, records.length + index));
  return {
    ...name,
    notices: said,
    lanes: observed?.observer.lanes() ?? [ADMINISTRATOR],
    maps,
    facts: first?.kind === "start" ? startFacts(first) : [],
    properties: [...(observed?.observer.properties() ?? []), ...(observed?.ending ?? [])],
    steps: [...shown, ...rest, ...raw],
    loop: null,
  };
}

/** Whether a map is worth its place: squares of a fact that is always the same say nothing. */
function saysSomething({ id, states }: PlayerTrace["maps"][number]): boolean {
  const said = states.filter(({ name }) => name !== NOT_THERE.name);
  return isImageMap(id) || said.length > 1;
}

/** A step with the squares of some maps alone. */
function ofMaps(step: PlayerStep, maps: PlayerTrace["maps"]): PlayerStep {
  if (step.cells.length === 0) return step;
  return { ...step, cells: step.cells.filter(({ map }) => maps.some(({ id }) => id === map)) };
}

interface Replayed {
  readonly observer: Observer;
  readonly steps: PlayerStep[];
  /** the property that nothing is stuck, if that is how it ends */
  readonly ending: PlayerTrace["properties"];
}

/** @returns null if there is no state at all; what is wrong goes to the notices */
function replayed(
  start: LogRecord & StartBody,
  records: readonly LogRecord[],
  notices: string[],
): Replayed | null {
  const model = modelOf(start, notices);
  const derived = new MemoryLog();
  const steps: PlayerStep[] = [];
  let observer: Observer | null = null;
  try {
    const witness = new Witness(propertiesOf(model));
    const { v: _v, seq: _seq, prev: _prev, ...body } = start;
    const simulation = new Simulation(body, {
      ...{ properties: witness.properties, completed: witness.completed, sink: derived },
      ...{ mutants: model?.mutants ?? [], images: imagesOf(start, model) },
    });
    const watching = new Observer(simulation, witness, start["cluster-size"]);
    observer = watching;
    const observed = tell(records, (record) => {
      if (record.kind !== "start") steps.push(watching.observe(record));
    });
    simulation.run(replayRecords(observed, simulation.session, derived.records));
    for (const left of watching.leftOut()) notices.push(`${left} is too large for a map.`);
    const ending = stuck(simulation) ? withDeadlock(steps, watching.properties().length) : [];
    return { observer: watching, steps, ending };
  } catch (error) {
    // A page shows the rest whatever happens; a defect of ours shows here as what it is.
    const problem = error instanceof BlockgraphError ? error.message : `a defect: ${String(error)}`;
    notices.push(`There is no state after record ${steps.length}: ${problem}.`);
    return observer === null ? null : { observer, steps, ending: [] };
  }
}

/** Hands records on; each is told about when the next is asked for: then it has taken effect. */
function* tell(
  records: readonly LogRecord[],
  done: (record: LogRecord) => void,
): Generator<LogRecord, void, void> {
  for (const record of records) {
    yield record;
    done(record);
  }
}

/** Whether requests are left over that nothing can end. */
function stuck({ session }: Simulation): boolean {
  const { execution } = session;
  if (execution.agents.size === 0 || session.draining) return false;
  return enabledChoices(execution).length === 0;
}

/** Says at the last step that nothing can go on; @returns the property that it breaks */
function withDeadlock(steps: PlayerStep[], property: number): PlayerTrace["properties"] {
  const last = steps.pop();
  if (last === undefined) return [];
  const why = "requests are left over, and nothing can go on";
  const judged = { property, status: "violated", why } as const;
  steps.push({ ...last, judged: [...last.judged, judged] });
  const statement = "Whoever waits is answered at last.";
  return [{ name: "no-deadlock", statement, status: "holds" }];
}

function modelOf(start: StartBody, notices: string[]): Model | undefined {
  const model = MODELS.get(start.model);
  const surgery = SURGERIES.get(start.model);
  if (surgery !== undefined) {
    notices.push(
      `These are commands of surgery '${surgery.name}', with what a guest and a reader see of ` +
        "them. What they do to the graph itself is judged by a check, and not here.",
    );
    return witnessOf(surgery, []);
  }
  if (model === undefined) {
    notices.push(`There is no model '${start.model}' any more, so all properties are judged.`);
  } else if (modelDigest(model) !== start.digest) {
    notices.push(`Model '${start.model}' is not what it was when the log was written.`);
  }
  return model;
}

function propertiesOf(model: Model | undefined) {
  if (model === undefined) return [...PROPERTIES.values()];
  return model.properties.flatMap((name) => PROPERTIES.get(name) ?? []);
}

/** Images that the log does not carry, where the model says what was in them. */
function imagesOf({ images }: StartBody, model: Model | undefined): Map<string, Uint8Array> {
  const missing = images.filter(({ extents }) => extents === null).map(({ filename }) => filename);
  const said = model?.images.filter(({ filename }) => missing.includes(filename)) ?? [];
  return new Map(said.map((image) => [image.filename, modelContent(image)]));
}

function startFacts({ model, mutant, profile }: StartBody): PlayerTrace["facts"] {
  const broken = mutant === null ? [] : [{ what: "mutant", value: mutant }];
  return [{ what: "model", value: model }, ...broken, { what: "profile", value: profile }];
}
