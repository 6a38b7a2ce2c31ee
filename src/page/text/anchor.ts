/**
 * Anchors of a page that is drawn after it was loaded: by then the browser has looked for the
 * anchor of the address, and has not found it.
 */

/** Scrolls to what the address names, if it is there. */
export function showAnchor(): void {
  const anchor = decoded(location.hash.slice(1));
  if (anchor !== "") document.getElementById(anchor)?.scrollIntoView();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
