/**
 * The designs beside each other, in simulated time ("How useful is that really?").
 *
 *     npm run build && node dist/bench/designs/run.js [FOLDER]
 *
 * With a folder, plots are written there: those of bench/designs/README.md are made so.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WORKERS } from "./copier.ts";
import { COSTS } from "./costs.ts";
import { DESIGNS } from "./designs.ts";
import { WORKLOADS, workloadText } from "./guest.ts";
import { DISK_TEXT, type Measured, measure } from "./measure.ts";
import { paretoPlot } from "./pareto.ts";
import { designTable, percentile } from "./table.ts";

console.log(DISK_TEXT);
console.log(`backup: ${WORKERS} clusters at once`);
for (const [name, { latency, bandwidth, channels }] of Object.entries(COSTS)) {
  console.log(`${name}: ${latency} us, ${bandwidth / 1e6} MB/s, ${channels} at once`);
}
const [folder] = process.argv.slice(2);
if (folder !== undefined) mkdirSync(folder, { recursive: true });
for (const workload of WORKLOADS) {
  const measured = DESIGNS.map((design) => measure(design, workload));
  for (const line of ["", workloadText(workload), "", ...designTable(measured)]) console.log(line);
  if (folder !== undefined) draw(folder, workload.name.replace(" ", "-"), measured);
}

function draw(into: string, name: string, measured: readonly Measured[]): void {
  const latency = { title: "guest write latency, p99", unit: "ms" };
  const plots = [
    { of: "extra", title: "extra data written" },
    { of: "space", title: "memory and disk for it, at most" },
  ] as const;
  for (const { of, title } of plots) {
    const points = measured
      .filter(({ done }) => done !== null)
      .map(({ design, latencies, extra, memory, disk }) => ({
        name: design.name,
        x: (of === "extra" ? extra : memory + disk) / 2 ** 20,
        y: percentile(latencies.writes, 99) / 1000,
      }));
    const plot = paretoPlot(points, { title, unit: "MiB" }, latency);
    writeFileSync(join(into, `${name}-${of}.svg`), plot);
  }
}
