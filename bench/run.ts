/**
 * All benchmarks, one after the other: what `npm run bench` prints, and bench/README.md records.
 */
import { benchBookkeeping } from "./bookkeeping.ts";
import { benchGraph } from "./graph.ts";
import { benchHook } from "./hook.ts";
import { benchLog } from "./log.ts";
import { benchSimulate } from "./simulate.ts";
import { benchStorage } from "./storage.ts";
import { benchTabulate } from "./tabulate.ts";

console.log("# Tabulation of every chart");
benchTabulate();
console.log("\n# Graph commands");
await benchGraph();
console.log("\n# Simulator");
benchSimulate();
console.log("\n# Event log");
await benchLog();
console.log("\n# Storage beside node:fs");
await benchStorage();
console.log("\n# The hook without I/O");
await benchBookkeeping();
console.log("\n# The hook beside node:fs");
await benchHook();
