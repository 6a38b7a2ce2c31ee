/**
 * The version that QMP clients see: that of the QEMU whose rules hold.
 */
import type { JsonObject } from "../graph/graph.ts";
import type { ProfileName } from "../graph/profile.ts";

const VERSIONS: Readonly<Record<ProfileName, JsonObject>> = {
  "rfc-2018": { major: 3, minor: 0, micro: 0 },
  "qemu-7.2": { major: 7, minor: 2, micro: 0 },
  "qemu-10.0": { major: 10, minor: 0, micro: 0 },
  proposed: { major: 10, minor: 0, micro: 0 },
};

export function qmpVersion(name: ProfileName): JsonObject {
  return { qemu: VERSIONS[name], package: "blockgraph" };
}
