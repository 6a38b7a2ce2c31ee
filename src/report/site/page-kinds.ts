/**
 * The kinds of pages that the site has, in the order of its navigation. A new kind is one more
 * line.
 */
import { logPages } from "./logs/log-pages.ts";
import { modelPages } from "./model/model-pages.ts";
import { sketchPages } from "./model/sketch-pages.ts";
import { coveragePages } from "./overview/coverage-page.ts";
import { overviewPages } from "./overview/overview-page.ts";
import type { PageDocument, SiteDocument } from "./page-document.ts";
import { PROSE_NAVIGATION, prosePages } from "./prose-pages.ts";
import { driverCharts } from "./reference/driver-charts.ts";
import { REWIRING } from "./rewiring/rewiring-links.ts";
import { rewiringPages } from "./rewiring/rewiring-pages.ts";
import type { SiteInput } from "./site-input.ts";

interface PageKind {
  /** where the navigation leads, if there are such pages; none: others lead there */
  readonly entries: SiteDocument["navigation"];
  /** pages one after the other, for they take time */
  make(input: SiteInput): Iterable<PageDocument>;
}

export const PAGE_KINDS: readonly PageKind[] = [
  { entries: [{ title: "Overview", path: "index" }], make: overviewPages },
  { entries: [], make: modelPages },
  { entries: [], make: sketchPages },
  { entries: [{ title: "Rewiring", path: REWIRING }], make: rewiringPages },
  { entries: PROSE_NAVIGATION, make: prose },
  { entries: [{ title: "Logs", path: "logs" }], make: logPages },
  { entries: [{ title: "Coverage", path: "coverage" }], make: coveragePages },
];

function prose({ viz, models, conform, commands }: SiteInput): PageDocument[] {
  return prosePages({
    models: models.map(({ overview }) => overview),
    conformance: conform,
    agreement: models.flatMap(({ qemu }) => (qemu === null ? [] : [qemu])),
    commands,
    charts: driverCharts(viz),
  });
}
