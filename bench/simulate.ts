/**
 * Steps a second of the simulator, with and without watching the properties, recorded and not.
 *
 * The load is the fleecing model with many more requests. A step is one delivery, wake or time-out.
 *
 *     npm run build && node dist/bench/simulate.js
 */
import { fileURLToPath } from "node:url";
import { fleecing } from "../models/fleecing.ts";
import { PROPERTIES } from "../properties/index.ts";
import { MemoryLog } from "../src/log/memory-log.ts";
import type { LogBody, LogRecord } from "../src/log/record.ts";
import type { LogSink } from "../src/log/sink.ts";
import { simulateModel } from "../src/simulate/simulate-model.ts";
import type { Model } from "../src/system/model.ts";
import { seededSchedule } from "../src/system/schedule.ts";
import { median } from "./statistics.ts";

const ROUNDS = 5;
/** how many times as many requests as the model has */
const FACTOR = 200;

export interface SimulateMeasurement {
  readonly mode: string;
  readonly stepsPerSecond: number;
}

/** Counts steps and keeps nothing. */
class Counter implements LogSink {
  steps = 0;
  #next = 0;

  append(body: LogBody): LogRecord {
    if (body.kind === "step" || body.kind === "fault") this.steps++;
    return { ...body, v: 1, seq: this.#next++, prev: "" };
  }
}

/** Measures and prints, one line for each mode. */
export function benchSimulate(print: (line: string) => void = console.log): SimulateMeasurement[] {
  const model = multiplied(fleecing);
  const properties = [...PROPERTIES.values()];
  const modes = [
    { mode: "unwatched, counted only", properties: [], record: false },
    { mode: "properties watched, counted only", properties, record: false },
    { mode: "properties watched, log chained in memory", properties, record: true },
  ];
  return modes.map(({ mode, properties: watched, record }) => {
    const rates = Array.from({ length: ROUNDS }, (_, seed) => {
      const counter = new Counter();
      const schedule = seededSchedule(seed);
      simulateModel(model, { properties: watched, mutant: null, schedule, sink: counter });
      const sink = record ? new MemoryLog() : new Counter();
      const begun = performance.now();
      simulateModel(model, {
        properties: watched,
        mutant: null,
        schedule: seededSchedule(seed),
        sink,
      });
      return (counter.steps / (performance.now() - begun)) * 1000;
    });
    const stepsPerSecond = median(rates);
    print(`${mode.padEnd(44)} ${Math.round(stepsPerSecond / 1000)} k steps/s`);
    return { mode, stepsPerSecond };
  });
}

function multiplied(model: Model): Model {
  return {
    ...model,
    phases: model.phases.map((phase) =>
      phase.kind !== "concurrent"
        ? phase
        : {
            ...phase,
            actors: phase.actors.map((actor) =>
              "count" in actor.requests
                ? {
                    ...actor,
                    requests: { ...actor.requests, count: actor.requests.count * FACTOR },
                  }
                : actor,
            ),
          },
    ),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) benchSimulate();
