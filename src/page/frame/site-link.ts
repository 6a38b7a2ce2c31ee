/**
 * Addresses of pages, relative to the page that links: a site works from a disk and from any folder
 * of any web server.
 */

/** The way from a page up to the site's root: empty, or `../` so many times. */
export function rootFrom(page: string): string {
  return "../".repeat(page.split("/").length - 1);
}

/**
 * What an anchor's `href` is. `to`: `models/fleecing#trace/7`, `#anchor`, or an address that begins
 * with `https://`. Nothing else can come of it, whatever the text says: no other scheme.
 */
export function siteHref(page: string, to: string): string {
  if (to.startsWith("https://") || to.startsWith("#")) return to;
  const [path = "", ...anchor] = to.split("#");
  const hash = anchor.length > 0 ? `#${anchor.join("#")}` : "";
  return `./${rootFrom(page)}${path}.html${hash}`;
}
