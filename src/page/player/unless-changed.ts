/**
 * Drawing again only what changed: a step changes a few of the hundreds of rows that are in sight.
 */
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";

/** What was drawn last time if all properties are the very same, else what `draw` makes of them. */
export function useUnlessChanged<Props extends object>(
  props: Props,
  draw: (props: Props) => VNode | null,
): VNode | null {
  return useMemo(() => draw(props), Object.values(props));
}
