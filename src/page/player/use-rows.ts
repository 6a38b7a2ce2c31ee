/**
 * A frame that scrolls over many rows of the same height, and keeps the current ones in sight.
 */
import { type ReadonlySignal, type Signal, useComputed, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { type RowRange, rowsInSight, scrollToRow } from "./rows.ts";

interface RowFrame {
  /** the rows to draw now */
  readonly range: ReadonlySignal<RowRange>;
  readonly onScroll: () => void;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

interface RowsOptions {
  readonly rowHeight: number;
  readonly rows: number;
  /** what of the frame's height something else covers: its own head */
  readonly covered: number;
  /** rows that are kept in sight */
  readonly current: RowRange;
}

/** How large the inside of a frame is, in pixels, from its first appearance on. */
export function useSize(frame: RefObject<HTMLElement | null>): Signal<Size> {
  const size = useSignal<Size>({ width: 600, height: 600 });
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element;
      const known = size.value;
      if (known.width !== width || known.height !== height) size.value = { width, height };
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame, size]);
  return size;
}

export function useRows(
  frame: RefObject<HTMLElement | null>,
  size: ReadonlySignal<Size>,
  options: RowsOptions,
): RowFrame {
  const { rowHeight, rows, covered, current } = options;
  const scrolled = useSignal(0);
  const count = useSignal(rows);
  count.value = rows;
  const range = useComputed(() =>
    rowsInSight(scrolled.value, size.value.height, rowHeight, count.value),
  );
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    // To ask the element itself where it is would have the page laid out anew for every list.
    const room = size.peek().height - covered;
    const known = scrolled.peek();
    const wanted = scrollToRow(known, room, rowHeight, current);
    if (wanted === known) return;
    element.scrollTop = wanted;
    scrolled.value = element.scrollTop;
  }, [current.first, current.end, rowHeight, covered, scrolled]);
  const onScroll = (): void => {
    scrolled.value = frame.current?.scrollTop ?? 0;
  };
  return { range, onScroll };
}
