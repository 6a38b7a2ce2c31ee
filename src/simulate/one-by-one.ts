/**
 * A script in the simulator with nothing in flight together: each request runs to its end before
 * the next input. That is what somebody can be made to do who cannot be steered within a request.
 */
import { MemoryLog } from "../log/memory-log.ts";
import type { LogBody } from "../log/record.ts";
import { enabledChoices } from "../system/choice.ts";
import { type Drive, requireIdle, take } from "../system/drive.ts";
import type { Session } from "../system/session.ts";
import type { StartBody } from "../system/start.ts";
import type { ReplayOptions } from "./replay.ts";
import { Simulation } from "./simulation.ts";

type Done = LogBody & { readonly kind: "done" };
/** Numbers that inputs have from elsewhere are not looked at. */
type Input = LogBody & { readonly kind: "qmp" | "io" };

/**
 * @returns the simulation after the last input, and how the requests ended, in their order
 * @throws BlockgraphError `request-invalid` for a request that does not fit; `deadlock` for one
 * that cannot end alone
 */
export function simulateOneByOne(
  start: StartBody,
  inputs: readonly Input[],
  { images }: Pick<ReplayOptions, "images">,
): { readonly simulation: Simulation; readonly ended: readonly Done[] } {
  const log = new MemoryLog();
  const rules = { properties: [], mutants: [], sink: log };
  const simulation = new Simulation(start, { ...rules, ...(images && { images }) });
  simulation.run(oneByOne(inputs, simulation.session));
  const ended = log.records.flatMap((record) => (record.kind === "done" ? [record] : []));
  return { simulation, ended };
}

function* oneByOne(inputs: readonly Input[], session: Session): Drive {
  for (const input of inputs) {
    if (input.kind === "qmp") {
      session.command({ execute: input.execute, arguments: input.arguments });
      continue;
    }
    session.request(input);
    for (;;) {
      // Nobody is slow, so nothing times out.
      const choice = enabledChoices(session.execution).find(({ kind }) => kind !== "timeout");
      if (choice === undefined) break;
      yield* take(choice, session);
    }
    requireIdle(session);
  }
}
