/**
 * A picture with what a reader does to it: enlarge, make smaller, push about, print.
 *
 * To enlarge is to draw it at another size in a frame that scrolls. So the keyboard, the wheel, two
 * fingers and the printer do what they do everywhere, and nothing had to be invented.
 */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Picture } from "../../report/site/picture.ts";
import { useDragScroll } from "./drag-scroll.ts";
import { PictureDrawing } from "./picture-drawing.tsx";

interface PictureFigureProps {
  readonly picture: Picture;
  readonly caption: string;
}

/** `fit`: as wide as there is room, yet never larger than it was laid out. */
type Zoom = "fit" | number;

const ZOOM_STEP = 1.25;
const ZOOM_MAX = 6;
const ZOOM_MIN = 0.2;

export function PictureFigure({ picture, caption }: PictureFigureProps) {
  const zoom = useSignal<Zoom>("fit");
  const frame = useRef<HTMLDivElement>(null);
  const drag = useDragScroll(frame);
  /** by what it is enlarged now, also where the room decided that */
  const shownZoom = (): number => {
    const drawn = frame.current?.querySelector("svg")?.getBoundingClientRect().width;
    return zoom.value === "fit" ? (drawn ?? picture.width) / picture.width : zoom.value;
  };
  const zoomBy = (factor: number): void => {
    zoom.value = Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, shownZoom() * factor));
  };
  return (
    <figure class="picture panel">
      <div class="picture-bar">
        <button type="button" aria-label="Smaller" onClick={() => zoomBy(1 / ZOOM_STEP)}>
          −
        </button>
        <button type="button" aria-label="Larger" onClick={() => zoomBy(ZOOM_STEP)}>
          +
        </button>
        <button
          type="button"
          aria-pressed={zoom.value === "fit"}
          onClick={() => {
            zoom.value = "fit";
          }}
        >
          Fit
        </button>
      </div>
      <div
        class="picture-frame"
        role="group"
        ref={frame}
        tabIndex={0}
        aria-label={`Picture: ${picture.title}`}
        {...drag}
      >
        <PictureDrawing
          picture={picture}
          zoom={zoom.value === "fit" ? null : zoom.value}
          marked={[]}
        />
      </div>
      {caption !== "" && <figcaption>{caption}</figcaption>}
    </figure>
  );
}
