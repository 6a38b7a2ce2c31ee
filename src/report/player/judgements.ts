/**
 * What the properties say after each record, and which bytes were wrong.
 */
import { rootNode } from "../../graph/graph.ts";
import { resolveEntry } from "../../system/entry.ts";
import { imageBelow } from "../../system/image-window.ts";
import type { Property } from "../../system/property.ts";
import type { Session } from "../../system/session.ts";
import type {
  JudgedProperty,
  PlayerStep,
  PropertyStatus,
  WrongBytes,
} from "../site/player-trace.ts";
import type { KnownRequest } from "./agents.ts";
import { type DataTags, sectorsOf } from "./data-tags.ts";
import { type ImageMaps, imageMapId } from "./image-maps.ts";
import type { Broken, Witness } from "./witness.ts";

type Judged = PlayerStep["judged"];

export class Judgements {
  readonly #properties: readonly Property[];
  readonly #witness: Witness;
  readonly #status: PropertyStatus[];
  /** violations of the monitor that were told already */
  #told = 0;

  constructor(witness: Witness) {
    this.#properties = witness.properties;
    this.#witness = witness;
    this.#status = this.#properties.map(() => "not judged");
  }

  /** All of them at first. */
  all(): JudgedProperty[] {
    return this.#properties.map(({ name, statement }) => {
      return { name, statement, status: "not judged" };
    });
  }

  /** Violations that a record shows: what was observed, and the line that says it. */
  broken({ monitor }: Session, seq: number): (Broken & { readonly text: string })[] {
    const found: (Broken & { readonly text: string })[] = [];
    for (; this.#told < monitor.violations.length; this.#told++) {
      const [violation, broken] = [
        monitor.violations[this.#told],
        this.#witness.broken[this.#told],
      ];
      if (violation === undefined || broken === undefined || violation.seq > seq) break;
      found.push({ ...broken, text: violation.text });
    }
    return found;
  }

  /** Which properties say something else now. */
  changed({ monitor }: Session, broken: readonly (Broken & { readonly text: string })[]): Judged {
    const waiting = monitor.violations.slice(this.#told);
    return this.#properties.flatMap(({ name }, property): Judged => {
      const now = broken.find((each) => each.property === name);
      if (now !== undefined) {
        this.#status[property] = "violated";
        return [{ property, status: "violated", why: now.text }];
      }
      const isOpen = this.#status[property] === "not judged" && (monitor.judged.get(name) ?? 0) > 0;
      // What breaks it belongs to a record that is still to come.
      if (!isOpen || waiting.some((violation) => violation.property === name)) return [];
      this.#status[property] = "holds";
      return [{ property, status: "holds", why: "" }];
    });
  }
}

/** What is needed to say which bytes of a read were wrong. */
export interface ReadFacts {
  readonly session: Session;
  readonly request: KnownRequest;
  readonly returned: Uint8Array;
  readonly tags: DataTags;
  readonly maps: ImageMaps;
}

/**
 * The bytes of a read that a violation is about: from the first difference to where the data ends
 * that was found there. null: the violation is not about what a read returned.
 */
export function wrongBytes({ observation }: Broken, facts: ReadFacts): WrongBytes | null {
  const { session, request, returned, tags, maps } = facts;
  const { kind, difference } = observation;
  if (
    difference === null ||
    (kind !== "view-read" && kind !== "guest-read" && kind !== "result-read")
  )
    return null;
  const place = placeOf(session, request.through);
  const shift = place?.shift ?? 0;
  // A guest's differences are bytes of its image.
  const at = kind === "guest-read" ? difference.at - shift : difference.at;
  const from = Math.max(0, at - request.offset);
  const sectors = sectorsOf(returned.subarray(from));
  const begin = request.offset + from + shift;
  const found = tags.sector(sectors[0] ?? returned, begin);
  const end = sectors.findIndex(
    (sector, index) => tags.sector(sector, begin + index * SECTOR) !== found,
  );
  const length = end < 0 ? returned.length - from : end * SECTOR;
  const mapped = place !== null && maps.has(place.image);
  return {
    lane: request.lane,
    offset: at,
    length,
    map: mapped ? imageMapId(place.image) : null,
    clusters: mapped ? maps.squares(at + shift, length) : [],
    expected: `${BELONGS[kind]} (0x${hex(difference.expected)})`,
    found: `${found.name} (0x${hex(difference.got)})`,
  };
}

/** bytes */
const SECTOR = 512;

const BELONGS = {
  "view-read": "the image at the point in time",
  "result-read": "the image at the point in time",
  "guest-read": "what the guest wrote last",
} as const;

/** The image that a client's bytes are of, in the end. */
function placeOf({ graph, execution }: Session, through: string) {
  const node = rootNode(graph, through);
  if (node === undefined) return null;
  const entry = resolveEntry(execution, node);
  if (entry.kind === "guest") return { image: entry.image, shift: entry.shift };
  if (entry.kind !== "view" && entry.kind !== "result") return null;
  const hook = execution.nodes.get(entry.hook);
  const window = hook === undefined ? null : imageBelow(hook.description);
  return window === null ? null : { image: window.image, shift: window.shift + entry.shift };
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
