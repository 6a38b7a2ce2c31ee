/**
 * A picture as elements of SVG: boxes, lines and the words on them. Tones are classes, so that the
 * style sheet colours them for light, dark and paper.
 *
 * What has a hint can be pointed at and reached with the keyboard; the hint appears for both.
 */
import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import type { Picture, PictureBox, PictureLine } from "../../report/site/picture.ts";
import { arrowHead, fontSizeOf, outlineText } from "./geometry.ts";
import { Hint, type ShownHint } from "./hint.tsx";

interface PictureDrawingProps {
  readonly picture: Picture;
  /** drawn at that many times its size; null: as there is room */
  readonly zoom: number | null;
  /** ids of boxes that are made conspicuous */
  readonly marked: readonly string[];
}

type Show = (hint: readonly string[], at: Element) => void;

export function PictureDrawing({ picture, zoom, marked }: PictureDrawingProps) {
  const id = useId();
  const stage = useRef<HTMLDivElement>(null);
  const hint = useSignal<ShownHint | null>(null);
  const show: Show = (lines, at) => {
    const frame = stage.current?.getBoundingClientRect();
    if (frame === undefined) return;
    const place = at.getBoundingClientRect();
    const x = place.left + place.width / 2 - frame.left;
    const below = at.classList.contains("line") ? place.top + place.height / 2 : place.bottom;
    hint.value = { lines, x, y: below - frame.top, room: frame.width };
  };
  const hide = (): void => {
    hint.value = null;
  };
  const width = picture.width * (zoom ?? 1);
  return (
    <div class="picture-stage" ref={stage}>
      <svg
        class={zoom === null ? "picture-fit" : undefined}
        viewBox={`0 0 ${picture.width} ${picture.height}`}
        width={width}
        height={zoom === null ? undefined : picture.height * zoom}
        role="group"
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-desc`}
        onKeyDown={(event) => event.key === "Escape" && hide()}
      >
        <title id={`${id}-title`}>{picture.title}</title>
        <desc id={`${id}-desc`}>{outlineText(picture)}</desc>
        {picture.boxes
          .filter(({ shape }) => shape === "region")
          .map((box) => (
            <Box key={box.id} box={box} marked={false} show={show} hide={hide} />
          ))}
        {picture.lines.map((line, place) => (
          <Line key={place} line={line} show={show} hide={hide} />
        ))}
        {picture.boxes
          .filter(({ shape }) => shape !== "region")
          .map((box) => (
            <Box key={box.id} box={box} marked={marked.includes(box.id)} show={show} hide={hide} />
          ))}
      </svg>
      {hint.value !== null && <Hint hint={hint.value} />}
    </div>
  );
}

/** What an element with a hint is: reachable, named, and heard when pointed at. */
function hinted(name: string, hint: readonly string[], show: Show, hide: () => void) {
  if (hint.length === 0) return {};
  return {
    tabIndex: 0,
    role: "img" as const,
    "aria-label": [name, ...hint].join(". "),
    onPointerEnter: (event: PointerEvent) =>
      event.currentTarget instanceof Element && show(hint, event.currentTarget),
    onPointerLeave: hide,
    onFocus: (event: FocusEvent) =>
      event.currentTarget instanceof Element && show(hint, event.currentTarget),
    onBlur: hide,
  };
}

interface BoxProps {
  readonly box: PictureBox;
  readonly marked: boolean;
  readonly show: Show;
  readonly hide: () => void;
}

const RADIUS = { rounded: 10, square: 3, plain: 0, region: 6 };

function Box({ box, marked, show, hide }: BoxProps) {
  const { x, y, width, height, lines, shape, tone } = box;
  const size = fontSizeOf(box);
  const lineHeight = size * 1.25;
  const middle = x + width / 2;
  const region = shape === "region";
  const top = region ? y + lineHeight : y + height / 2 - ((lines.length - 1) * lineHeight) / 2;
  return (
    <g
      class={`box box-${shape} tone-${tone}${marked ? " marked" : ""}`}
      {...hinted(lines.join(" "), box.hint, show, hide)}
    >
      {shape !== "plain" && (
        <rect x={x} y={y} width={width} height={height} rx={RADIUS[shape]} class="box-frame" />
      )}
      {lines.map((line, row) => (
        <text
          key={row}
          x={region ? x + 8 : middle}
          y={top + row * lineHeight}
          class={row === 0 ? "box-title" : "box-line"}
          font-size={size}
          text-anchor={region ? "start" : "middle"}
          dominant-baseline="central"
        >
          {line}
        </text>
      ))}
    </g>
  );
}

interface LineProps {
  readonly line: PictureLine;
  readonly show: Show;
  readonly hide: () => void;
}

function Line({ line, show, hide }: LineProps) {
  const { from, to, path, arrow, label, tone, dashed, hint } = line;
  const name = `${from} to ${to}${label === null ? "" : `: ${label.text}`}`;
  return (
    <g class={`line tone-${tone}`} {...hinted(name, hint, show, hide)}>
      <path d={path} class={dashed ? "line-stroke dashed" : "line-stroke"} />
      {hint.length > 0 && <path d={path} class="line-reach" />}
      {arrow !== null && <polygon points={arrowHead(arrow)} class="line-arrow" />}
      {label !== null && (
        <text
          x={label.at.x}
          y={label.at.y}
          class="line-label"
          font-size={11}
          text-anchor="middle"
          dominant-baseline="central"
        >
          {label.text}
        </text>
      )}
    </g>
  );
}
