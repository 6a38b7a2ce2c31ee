/**
 * The peers' models are ours, so they must count what the yardstick counts.
 */
import { expect } from "vitest";
import { cppPeer, type Peer, rumurPeer, spinPeer } from "../../bench/check/peers.ts";
import { needsTool } from "../tools/needs-tool.ts";

/** Of the table. */
const COUNTS = [
  { bounds: { clusters: 2, guests: 2, readers: 2, values: 2 }, states: 2482, transitions: 11640 },
  { bounds: { clusters: 3, guests: 2, readers: 2, values: 2 }, states: 18140, transitions: 93264 },
];
const BUILD_AND_RUN = 120_000;

async function expectCounts(peer: Peer): Promise<void> {
  for (const { bounds, states, transitions } of COUNTS) {
    const { states: counted, transitions: taken } = await peer.run(bounds);
    expect({ peer: peer.name, counted, taken }).toEqual({
      peer: peer.name,
      counted: states,
      taken: transitions,
    });
  }
}

/** Reduced, a peer sees fewer states, but some. */
async function expectFewer(peer: Peer): Promise<void> {
  for (const { bounds, states } of COUNTS) {
    const { states: counted } = await peer.run(bounds);
    expect(counted).toBeGreaterThan(0);
    expect(counted).toBeLessThan(states);
  }
}

const { test: testCpp } = needsTool("g++");
const { test: testSpin } = needsTool("spin", "gcc");
const { test: testRumur } = needsTool("rumur", "gcc");

testCpp(
  "the search in C++ counts the yardstick's states",
  async () => {
    await expectCounts(cppPeer(0));
    await expectCounts(cppPeer(31));
  },
  BUILD_AND_RUN,
);

testSpin(
  "SPIN counts the yardstick's states, and fewer if it reduces them",
  async () => {
    await expectCounts(spinPeer("dfs", false));
    await expectCounts(spinPeer("bfs", false));
    await expectFewer(spinPeer("dfs", true));
  },
  BUILD_AND_RUN,
);

testRumur(
  "Rumur counts the yardstick's states, and fewer if it reduces them",
  async () => {
    await expectCounts(rumurPeer("off", 1));
    await expectCounts(rumurPeer("off", 2));
    await expectFewer(rumurPeer("heuristic", 1));
  },
  BUILD_AND_RUN,
);
