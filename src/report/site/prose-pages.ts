/**
 * The pages of prose: the thread, designs, conformance and defects, the reference.
 */
import type { QemuReceipt } from "../conform/model-receipt.ts";
import { type ConformReceipt, conformancePage } from "./conformance/conformance-page.ts";
import { defectsPage } from "./conformance/defects-page.ts";
import { designsPage } from "./designs/designs-page.ts";
import type { PageDocument } from "./page-document.ts";
import { type ReferenceSources, referencePages } from "./reference/reference-pages.ts";
import { type JudgedModel, threadPage } from "./thread/thread-page.ts";

export interface ProseSources extends ReferenceSources {
  /** all models, with what is known of each */
  readonly models: readonly JudgedModel[];
  /** the latest receipt of `blockgraph conform`; null: there is none */
  readonly conformance: ConformReceipt | null;
  /** of every model that was compared with a QEMU as it stands */
  readonly agreement: readonly QemuReceipt[];
}

/** All of them; the navigation leads to those of {@link PROSE_NAVIGATION}. */
export function prosePages(sources: ProseSources): PageDocument[] {
  return [
    threadPage(sources.models),
    designsPage(),
    conformancePage(sources.conformance, sources.agreement),
    defectsPage(),
    ...referencePages(sources),
  ];
}

/** What the navigation of the site leads to, of these pages. */
export const PROSE_NAVIGATION = [
  { title: "Thread", path: "thread" },
  { title: "Designs", path: "designs" },
  { title: "Conformance", path: "conformance" },
  { title: "Defects", path: "conformance/defects" },
  { title: "Reference", path: "reference" },
] as const;
