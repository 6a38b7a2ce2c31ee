/**
 * What stands on a page of the site, before anybody draws it: blocks of text, tables, pictures,
 * players. The browser draws blocks; it knows nothing of models. Whoever makes a page knows nothing
 * of browsers. No string in here is markup.
 */
import type { Picture, Tone } from "./picture.ts";
import type { PlayerTrace } from "./player-trace.ts";

/** A piece of running text. */
export type Inline =
  | string
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "strong"; readonly text: string }
  /**
   * `to`: path of a page below the site's root with an optional `#anchor`: `models/fleecing`,
   * `models/fleecing#trace/7`; `#anchor` alone is on the same page. What begins with `https://`
   * leads elsewhere.
   */
  | { readonly kind: "link"; readonly text: string; readonly to: string }
  /** a mark that says what a thing is: `holds`, `violated` */
  | { readonly kind: "mark"; readonly text: string; readonly tone: Tone };

export type Text = readonly Inline[];

export interface Column {
  readonly title: string;
  /** end: numbers */
  readonly align: "start" | "end";
}

export interface Cell {
  readonly text: Text;
  /** what the table is sorted by where its text would sort wrongly */
  readonly sort?: number | string;
}

/** A curve or a cloud of points. */
export interface Plot {
  readonly title: string;
  readonly across: string;
  readonly up: string;
  /** line: points are joined in their order */
  readonly kind: "line" | "points";
  /** of the axes, those whose values are all above 0 and range over a power of ten or more */
  readonly logarithmic: boolean;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly { readonly x: number; readonly y: number; readonly label: string }[];
  }[];
}

export type Block =
  | {
      readonly kind: "heading";
      readonly level: 2 | 3;
      readonly text: string;
      readonly anchor: string;
    }
  | { readonly kind: "paragraph"; readonly text: Text }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly Text[] }
  | {
      readonly kind: "terms";
      readonly rows: readonly { readonly term: Text; readonly text: Text }[];
    }
  | {
      readonly kind: "table";
      readonly caption: string;
      readonly columns: readonly Column[];
      readonly rows: readonly (readonly Cell[])[];
      /** whether readers may sort and filter it */
      readonly sortable: boolean;
    }
  | { readonly kind: "code"; readonly language: string; readonly text: string }
  | { readonly kind: "quotation"; readonly text: Text; readonly source: string }
  | { readonly kind: "notice"; readonly tone: Tone; readonly text: Text }
  | { readonly kind: "picture"; readonly picture: Picture; readonly caption: string }
  | { readonly kind: "plot"; readonly plot: Plot; readonly caption: string }
  /** one trace, or several side by side that are stepped together */
  | { readonly kind: "player"; readonly traces: readonly PlayerTrace[] }
  /** a search of a small model in the page: `script` is a file beside the site's own */
  | {
      readonly kind: "try-it";
      readonly script: string;
      readonly model: string;
      readonly bounds: string;
    }
  | { readonly kind: "details"; readonly summary: string; readonly blocks: readonly Block[] };

export interface PageDocument {
  /** below the site's root, without `.html`: `index`, `models/fleecing` */
  readonly path: string;
  readonly title: string;
  /** in one sentence, for search engines and lists */
  readonly summary: string;
  /** pages above this one, outermost first */
  readonly trail: readonly { readonly title: string; readonly path: string }[];
  readonly blocks: readonly Block[];
}

/**
 * What every page says of the site around it: the script `#site` of its HTML holds this as JSON, as
 * `#document` holds the page's own {@link PageDocument}.
 */
export type SiteFrame = Pick<SiteDocument, "title" | "navigation">;

/** A site: its pages, and the ones that its navigation leads to. */
export interface SiteDocument {
  readonly title: string;
  readonly navigation: readonly { readonly title: string; readonly path: string }[];
  readonly pages: readonly PageDocument[];
}
