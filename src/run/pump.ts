/**
 * Executes a drive on real images, one call at a time.
 *
 * The drive (a model under a schedule, or a replay) names the agent whose call is to be executed
 * next; it is submitted alone, and the drive goes on when it is done. Callbacks, no promise per
 * call: a medium that answers at once (memory) is looped over, so that the stack stays flat.
 */
import { BlockgraphError } from "../error.ts";
import type { Drive } from "../system/drive.ts";
import type { Agent, Outcome } from "../system/frame.ts";
import type { ImageSet } from "./image-set.ts";

/**
 * Runs a drive to its end.
 * @returns resolves at the end; rejects with what the drive throws
 */
export function pump(drive: Drive, images: ImageSet): Promise<void> {
  return new Promise((resolve, reject) => {
    let answer: Outcome | null = null;
    let looping = false;

    function loop(): void {
      if (looping) return;
      looping = true;
      try {
        let step = answer === null ? drive.next() : drive.next(answer);
        while (!step.done) {
          answer = null;
          execute(step.value, images, (outcome) => {
            answer = outcome;
            loop();
          });
          if (answer === null) break;
          step = drive.next(answer);
        }
        if (step.done) resolve();
      } catch (error) {
        reject(error);
      }
      looping = false;
    }

    loop();
  });
}

function execute(agent: Agent, images: ImageSet, done: (outcome: Outcome) => void): void {
  const { call } = agent;
  const storage = call === null ? undefined : images.get(call.image)?.storage;
  if (call === null || storage === undefined) {
    throw new BlockgraphError(
      "image-unusable",
      `agent ${agent.id} waits for image '${call?.image ?? "?"}', which the run does not have`,
    );
  }
  const { operation, offset, length, buffer } = call;
  storage.submit({ operation, offset, length, buffer, done });
  storage.kick();
}
