/**
 * Our checker beside SPIN, Rumur and a search written by hand in C++, on the same model.
 *
 *     npm run build && node dist/bench/check/checkers.js [ROUNDS]
 *
 * All take turns in every round, so that what else the machine does hits all alike; what counts is
 * the ratio of the best times. Every exhaustive one must count the same states.
 */
import { fileURLToPath } from "node:url";
import { spread } from "../statistics.ts";
import { type Bounds, cppPeer, oursPeer, type Peer, rumurPeer, spinPeer } from "./peers.ts";

interface Series {
  readonly bounds: Bounds;
  readonly peers: readonly Peer[];
}

const size = (clusters: number, guests: number, readers: number): Bounds => ({
  ...{ clusters, guests, readers },
  values: 2,
});

const EXHAUSTIVE = [
  oursPeer("off", 1),
  oursPeer("off", 2),
  cppPeer(0),
  spinPeer("dfs", false),
  spinPeer("dfs", true),
];
const SYMMETRIC = [oursPeer("on", 1), rumurPeer("heuristic", 1), rumurPeer("heuristic", 2)];

const SERIES: readonly Series[] = [
  { bounds: size(4, 3, 2), peers: [...EXHAUSTIVE, rumurPeer("off", 1), rumurPeer("off", 2)] },
  { bounds: size(4, 4, 2), peers: EXHAUSTIVE },
  { bounds: size(4, 3, 3), peers: SYMMETRIC },
  { bounds: size(4, 4, 2), peers: SYMMETRIC },
  { bounds: size(4, 4, 2), peers: [oursPeer("on", 1, "guest-does-not-drain")] },
];

/** Measures and prints a table for each size. */
export async function benchCheckers(
  rounds = 3,
  print: (line: string) => void = console.log,
): Promise<void> {
  for (const { bounds, peers } of SERIES) {
    const { clusters, guests, readers, values } = bounds;
    print(`${clusters} clusters, ${guests} guests, ${readers} readers, ${values} values`);
    const seconds = new Map<Peer, number[]>(peers.map((peer) => [peer, []]));
    const facts = new Map<Peer, string>();
    for (let round = 0; round < rounds; round++) {
      for (const peer of peers) {
        const measured = await peer.run(bounds);
        seconds.get(peer)?.push(measured.seconds);
        const bytes = (measured.peakBytes / measured.states).toFixed(1);
        facts.set(peer, `${measured.states} states, ${bytes} bytes a state`);
      }
    }
    const [first] = peers;
    const own = Math.min(...(seconds.get(first ?? oursPeer("off", 1)) ?? []));
    for (const [peer, times] of seconds) {
      const best = Math.min(...times);
      const ratio = (best / own).toFixed(2).padStart(7);
      const range = spread(times.map((time) => time * 1000)).padStart(24);
      print(`  ${peer.name.padEnd(38)}${range} ms ${ratio} x   ${facts.get(peer)}`);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await benchCheckers(Number(process.argv[2] ?? 3));
}
