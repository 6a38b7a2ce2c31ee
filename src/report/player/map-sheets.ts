/**
 * The cluster maps of a trace as they stand now, and which of their squares have changed since
 * somebody asked.
 */
import type { ClusterMap, PlayerStep } from "../site/player-trace.ts";
import { StateNames } from "./state-names.ts";

type ChangedSquare = PlayerStep["cells"][number];

/** More squares than this are no map that anybody reads: 256 MiB in clusters of 64 KiB. */
export const SQUARES_MAX = 4096;

/** A map under way. */
export interface Sheet {
  readonly id: string;
  readonly title: string;
  /** bytes */
  readonly clusterSize: number;
  readonly names: StateNames;
  /** state of each square at first, and now */
  readonly first: number[];
  readonly now: number[];
}

export class MapSheets {
  readonly #sheets = new Map<string, Sheet>();
  #changed = new Map<string, ChangedSquare>();

  /**
   * The sheet of that name, made if there is none. One that is made has no squares: see
   * {@link MapSheets.set}.
   */
  sheet(id: string, title: string, clusterSize: number): Sheet {
    const known = this.#sheets.get(id);
    if (known !== undefined) return known;
    const sheet = { id, title, clusterSize, names: new StateNames(), first: [], now: [] };
    this.#sheets.set(id, sheet);
    return sheet;
  }

  /** A square's state at first; to be said before anything else is. */
  begin(sheet: Sheet, square: number, state: number): void {
    sheet.first[square] = state;
    sheet.now[square] = state;
  }

  /** A square's state now. A square that is new was not there at first. */
  set(sheet: Sheet, square: number, state: number): void {
    while (sheet.now.length <= square) {
      sheet.first.push(0);
      sheet.now.push(0);
    }
    if (sheet.now[square] === state) return;
    sheet.now[square] = state;
    this.#changed.set(`${sheet.id} ${square}`, { map: sheet.id, cell: square, state });
  }

  /** The squares that have changed since this was asked last. */
  take(): ChangedSquare[] {
    const changed = [...this.#changed.values()];
    this.#changed = new Map();
    return changed;
  }

  /** All maps as a trace has them; what their squares can say may grow from step to step. */
  maps(): ClusterMap[] {
    return [...this.#sheets.values()].map(({ id, title, clusterSize, names, first }) => {
      return { id, title, clusterSize, states: [...names.states], cells: [...first] };
    });
  }
}
