/**
 * The tone of a lane: who acts has one of its own, what is acted on is plain.
 */
import type { Tone } from "../../report/site/picture.ts";
import type { Lane, PlayerTrace } from "../../report/site/player-trace.ts";

const TONES: Readonly<Record<Lane["kind"], Tone>> = {
  guest: "guest",
  reader: "reader",
  job: "job",
  administrator: "open",
  node: "plain",
  image: "quiet",
};

/** Of a lane by its id; quiet where there is none of that id. */
export function laneTone(trace: PlayerTrace, id: string | undefined): Tone {
  const lane = trace.lanes.find((candidate) => candidate.id === id);
  return lane === undefined ? "quiet" : TONES[lane.kind];
}
