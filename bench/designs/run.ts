/**
 * The designs beside each other, in simulated time ("How useful is that really?").
 *
 *     npm run build && node dist/bench/designs/run.js [FOLDER]
 *
 * With a folder, plots are written there: those of bench/designs/README.md are made so.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { WORKERS } from "./copier.ts";
import { COSTS } from "./costs.ts";
import { DESIGNS } from "./designs.ts";
import { GUEST_TEXT } from "./guest.ts";
import { DISK_TEXT, measure } from "./measure.ts";
import { paretoPlot } from "./pareto.ts";
import { designTable, percentile } from "./table.ts";

console.log(DISK_TEXT);
console.log(GUEST_TEXT);
console.log(`backup: ${WORKERS} clusters at once, in order`);
for (const [name, { latency, bandwidth, channels }] of Object.entries(COSTS)) {
  console.log(`${name}: ${latency} us, ${bandwidth / 1e6} MB/s, ${channels} at once`);
}
const measured = DESIGNS.map(measure);
for (const line of ["", ...designTable(measured)]) console.log(line);

const [folder] = process.argv.slice(2);
if (folder !== undefined) {
  const latency = { title: "guest write latency, p99", unit: "ms" };
  const plots = [
    { name: "extra", title: "extra data written" },
    { name: "space", title: "memory and disk for it, at most" },
  ] as const;
  for (const { name, title } of plots) {
    const points = measured
      .filter(({ done }) => done !== null)
      .map(({ design, latencies, extra, memory, disk }) => ({
        name: design.name,
        x: (name === "extra" ? extra : memory + disk) / 2 ** 20,
        y: percentile(latencies.writes, 99) / 1000,
      }));
    const plot = paretoPlot(points, { title, unit: "MiB" }, latency);
    writeFileSync(join(folder, `${name}.svg`), plot);
  }
}
