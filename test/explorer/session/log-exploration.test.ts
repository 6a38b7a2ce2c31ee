/**
 * Exploring a log: wherever one goes from a record, the log of that way replays, and the state is
 * the one that it folds to.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MODELS } from "../../../models/index.ts";
import { propertiesOf } from "../../../src/cli/find.ts";
import type { StateView } from "../../../src/explorer/session/exploration.ts";
import { type ExploredLog, LogExploration } from "../../../src/explorer/session/log-exploration.ts";
import { MemoryLog } from "../../../src/log/memory-log.ts";
import { replayInSimulation } from "../../../src/simulate/replay.ts";
import { simulateModel } from "../../../src/simulate/simulate-model.ts";
import { seededSchedule } from "../../../src/system/schedule.ts";

function recorded(name: string, seed: number): ExploredLog {
  const model = MODELS.get(name);
  if (model === undefined) throw new Error(`no model ${name}`);
  const sink = new MemoryLog();
  const properties = propertiesOf(model);
  simulateModel(model, { properties, mutant: null, schedule: seededSchedule(seed), sink });
  const [start] = sink.records;
  if (start?.kind !== "start") throw new Error("a log begins with a start record");
  const { v: _v, seq: _seq, prev: _prev, ...body } = start;
  return { start: body, records: sink.records, properties, mutants: model.mutants };
}

const NAMES = ["fleecing", "break-snapshot-race", "insert-by-reopen"];

describe.each(NAMES)("exploring a log of %s", (name) => {
  const log = recorded(name, 1);

  it("gives logs that replay, and the states that they fold to", () => {
    const place = fc.nat({ max: log.records.length - 1 });
    const turns = fc.array(fc.record({ back: fc.nat({ max: 9 }), pick: fc.nat() }), {
      maxLength: 25,
    });
    fc.assert(
      fc.property(place, turns, (at, actions) => {
        const exploration = new LogExploration(log, at);
        let here = 0;
        for (const { back, pick } of actions) {
          const { steps, parent } = exploration.view(here);
          if (back === 0 && parent !== null) here = parent;
          else if (steps.length > 0) here = exploration.take(here, pick % steps.length);
        }
        const records = exploration.records(here);
        const { start, properties, mutants } = log;
        const { derived } = replayInSimulation(start, records, { properties, mutants });
        expect(derived.records).toEqual(records);
        const again = new LogExploration({ ...log, records }, records.length - 1);
        const [now, folded] = [exploration.view(here), again.view(0)];
        expect(folded.facts).toEqual(now.facts);
        // What the last step was about is not known where the exploration begins.
        const soFar = ({ properties: of }: StateView) =>
          of.map((each) => ({ ...each, here: null }));
        expect(soFar(folded)).toEqual(soFar(now));
        expect(folded.steps.map(({ who, what }) => `${who} ${what}`)).toEqual(
          now.steps.flatMap(({ who, what }) => (/as in record/.test(what) ? [] : `${who} ${what}`)),
        );
      }),
      { numRuns: 25 },
    );
  });

  it("comes to the log's own end if everybody goes on as it says", () => {
    const exploration = new LogExploration(log, log.records.length - 1);
    expect(exploration.view(0).steps).toEqual([]);
    expect(exploration.view(0).notices).toEqual(["Everything is done."]);
  });
});

it("a record that the log does not have is refused", () => {
  const log = recorded("break-snapshot-race", 1);
  expect(() => new LogExploration(log, 100_000)).toThrow(/no record 100000: the log ends with/);
});
