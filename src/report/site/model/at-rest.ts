/**
 * A model's graph as it stands while its guests and readers are at work: what its commands make of
 * it, with nobody sending anything.
 */
import { MemoryLog } from "../../../log/memory-log.ts";
import { Simulation } from "../../../simulate/simulation.ts";
import type { Model } from "../../../system/model.ts";
import { describeModelImage, modelContent } from "../../../system/model-image.ts";
import type { Session } from "../../../system/session.ts";
import { startRecord } from "../../../system/start.ts";
import { commandsOf } from "./pairs.ts";

/**
 * The session after as many of the model's commands as give the largest graph. Of several such
 * moments it is the last one.
 */
export function atRest(model: Model): Session {
  const commands = commandsOf(model);
  const session = begin(model);
  let [largest, at] = [0, 0];
  for (const [index, command] of commands.entries()) {
    session.command(command);
    const size = session.graph.edges.length;
    if (size >= largest) [largest, at] = [size, index + 1];
  }
  const again = begin(model);
  for (const command of commands.slice(0, at)) again.command(command);
  return again;
}

function begin(model: Model): Session {
  const records = model.images.map(describeModelImage);
  const missing = model.images.filter((_, index) => records[index]?.extents === null);
  const images = new Map(missing.map((image) => [image.filename, modelContent(image)]));
  const options = { properties: [], mutants: [], sink: new MemoryLog(), images };
  return new Simulation(startRecord(model, null, records), options).session;
}
