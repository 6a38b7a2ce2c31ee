/**
 * What `report --json` prints: where the site is, how large, and how long it took.
 */
import { z } from "zod";

const count = z.int().min(0);
const seconds = z.number().min(0);

export const siteReportSchema = z.strictObject({
  kind: z.literal("report"),
  /** folder of the site */
  out: z.string(),
  pages: count,
  models: count,
  /** models without a receipt of a check, or of verify, of the model as it is */
  unchecked: z.array(z.string()),
  unverified: z.array(z.string()),
  /** bytes of all files */
  bytes: count,
  /** bytes of the largest page, and which that is */
  largest: z.strictObject({ path: z.string(), bytes: count }),
  /** whether script and style were there to be copied */
  assets: z.enum(["copied", "missing"]),
  seconds: z.strictObject({
    /** reading receipts, and finding out what is missing */
    gathering: seconds,
    /** making pages and writing them */
    making: seconds,
  }),
});
export type SiteReport = z.infer<typeof siteReportSchema>;

/** The report in two lines. */
export function siteReportLines({ out, pages, bytes, seconds, ...rest }: SiteReport): string[] {
  const size = `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  const { gathering, making } = seconds;
  const time = `${gathering.toFixed(1)} s to gather, ${making.toFixed(1)} s to make`;
  const missing = [
    ...(rest.unchecked.length > 0 ? [`${rest.unchecked.length} models not checked`] : []),
    ...(rest.unverified.length > 0 ? [`${rest.unverified.length} not verified`] : []),
  ];
  return [
    `${pages} pages in ${out}, ${size}   ${time}`,
    ...(missing.length === 0 ? [] : [`${missing.join(", ")}; the pages say how that is done`]),
    `open ${out}/index.html`,
  ];
}
