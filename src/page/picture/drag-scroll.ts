/**
 * Pushing what is in a frame about with a mouse. Fingers and keys scroll a frame by themselves.
 */
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";

type Listener = (event: PointerEvent) => void;

interface DragListeners {
  readonly onPointerDown: Listener;
  readonly onPointerMove: Listener;
  readonly onPointerUp: Listener;
  readonly onPointerCancel: Listener;
}

/** What the frame has to listen to. */
export function useDragScroll(frame: RefObject<HTMLElement | null>): DragListeners {
  const grip = useRef<{ x: number; y: number } | null>(null);
  const release = (): void => {
    grip.current = null;
  };
  return {
    onPointerDown: (event) => {
      if (event.pointerType !== "mouse" || event.button !== 0) return;
      grip.current = { x: event.clientX, y: event.clientY };
    },
    onPointerMove: (event) => {
      if (grip.current === null || frame.current === null) return;
      if (event.buttons === 0) {
        release();
        return;
      }
      frame.current.scrollLeft -= event.clientX - grip.current.x;
      frame.current.scrollTop -= event.clientY - grip.current.y;
      grip.current = { x: event.clientX, y: event.clientY };
    },
    onPointerUp: release,
    onPointerCancel: release,
  };
}
