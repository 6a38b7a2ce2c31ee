/**
 * What a driver is: the one place where everything about a kind of node is described.
 *
 * A driver is options (zod, in QMP spelling), children with roles, geometry, and charts. From that
 * the simulator, the runs on real images and the checker follow. Adding one is a folder that
 * exports a driver and a line in registry.ts.
 */
import type { z } from "zod";
import type { Chart } from "../chart/chart.ts";
import type { ChildSlot, DriverShape, Located } from "../graph/catalogue.ts";
import type { CommonOptions } from "../graph/common-options.ts";
import { defaultPermissions } from "../graph/default-permissions.ts";
import type { PermissionRule } from "../graph/permission-query.ts";
import type { Profile } from "../graph/profile.ts";
import type { Operation } from "../vocabulary.ts";
import type { Manual } from "./manual.ts";

/** All charts of a node. An operation without a chart is answered with ENOTSUP. */
export interface DriverCharts {
  readonly cluster: Chart | null;
  readonly node: Chart | null;
  readonly requests: Readonly<Partial<Record<Operation, Chart>>>;
  /** charts that requests fork, one per cluster */
  readonly tasks: Readonly<Record<string, Chart>>;
}

/** The charts of a driver with some options. */
export interface ChartVariant {
  readonly name: string;
  /** what the charts depend on: options, and what follows from profile and place */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly charts: DriverCharts;
}

/** Limits that the charts' counters are built for. */
export interface ChartBounds {
  /** view reads that may use one cluster at once */
  readonly readers: number;
}

/** How a node's bytes relate to those below it. */
export interface Geometry {
  /** bytes that the node offers */
  readonly length: number;
  /** byte of the child (or image) that is byte 0 of the node */
  readonly shift: number;
}

/** What of a node's place in the graph its charts may depend on. */
export interface Place {
  /** names of the edges to the children that it has */
  readonly children: ReadonlySet<string>;
  /** whether writes to it serialise: a hook saves to it what lies behind it (see system.ts) */
  readonly serialised: boolean;
  /** whether it is the last file above the base of a job, or of a filter with a `bottom` */
  readonly last: boolean;
}

/** A node's options, seen through its driver. */
export interface Instance {
  readonly common: CommonOptions;
  /**
   * What the charts depend on besides bounds; equal keys mean equal charts, so that automata can be
   * shared between nodes.
   */
  readonly chartKey: string;
  /**
   * The same for the cluster and node charts alone. It is one for all nodes of a driver whose
   * charts depend on their place, so that they keep what they remember when that changes.
   */
  readonly memoryKey: string;
  charts(bounds: ChartBounds): DriverCharts;
  /** @param below length of the primary child or image in bytes; 0 if the driver has neither */
  geometry(below: number): Geometry;
  /** whether a hook promises that what it has saved is stable before it is overwritten */
  readonly savesStably: boolean;
  /** name of the image that the node keeps its bytes in; null if it has none */
  readonly image: string | null;
}

export interface Driver extends DriverShape {
  readonly summary: string;
  readonly manual: Manual;
  /**
   * The edge to the child in which a node saves what its primary child loses, so that the image of
   * one point in time stays; null: it is no hook.
   */
  readonly savesTo: string | null;
  /** what the job that it works for does I/O on: to its charts these are children as well */
  readonly jobUses: readonly string[];
  /** whether it shows the image that the hook below keeps; then it cannot be written */
  readonly isView: boolean;
  /** whether who discards a part of it says that nobody will read that again */
  readonly releases: boolean;
  /** null: it has no backing file */
  readonly located: Located | null;
  /** whether it acknowledges discards without handing them on */
  readonly defers: boolean;
  /** Takes options that were validated by `options`. */
  instantiate(options: unknown, profile: Profile, place?: Place): Instance;
  /** Every set of charts the driver can have, and what of its options makes it that one. */
  variants(bounds: ChartBounds): readonly ChartVariant[];
}

/** A node without children. */
const ALONE: Place = { children: new Set(), serialised: false, last: false };

/** Ties an options schema to the functions that take the options; hides the type outside. */
export function defineDriver<
  Schema extends z.ZodObject & z.ZodType<CommonOptions & Record<string, unknown>>,
  Parameters extends object,
>(definition: {
  name: string;
  summary: string;
  manual: Manual;
  options: Schema;
  /** default: none of them */
  ofJobs?: readonly string[];
  children: readonly ChildSlot[];
  /** default: what the roles of the children imply */
  permissions?: PermissionRule;
  /** default: not a filter */
  filter?: boolean;
  /** default: none of its own, but it can be reopened */
  reopens?: readonly string[] | null;
  opened?: DriverShape["opened"];
  tells?: DriverShape["tells"];
  find?: DriverShape["find"];
  appends?: DriverShape["appends"];
  /** default: it saves nothing */
  savesTo?: string;
  /** default: nothing */
  jobUses?: readonly string[];
  /** default: it is none */
  isView?: boolean;
  /** default: a discard is only a discard */
  releases?: boolean;
  /** default: it has no backing file */
  located?: Located;
  /** default: it hands discards on, or does them */
  defers?: boolean;
  checked?: DriverShape["checked"];
  headed?: boolean;
  /** default: none but what it is a filter of */
  clusters?: string;
  /** default: it cannot */
  storesBitmaps?: boolean;
  /** default: it does not */
  compresses?: boolean;
  internal?: boolean;
  /** default: that of the image or child below */
  length?: DriverShape["length"];
  lengthFrom?: string;
  asksBelow?: boolean;
  /** default: it keeps what it learned when it was opened */
  variableLength?: boolean;
  resizes?: DriverShape["resizes"];
  /** default: it becomes as long as it is told */
  keepsLength?: boolean;
  known?: DriverShape["known"];
  resizeFailed?: DriverShape["resizeFailed"];
  alignment?: DriverShape["alignment"];
  logsTo?: string;
  lockedFile?: DriverShape["lockedFile"];
  listChanges?: DriverShape["listChanges"];
  parameters(options: z.infer<Schema>, profile: Profile, place: Place): Parameters;
  /** default: one for each set of parameters */
  memoryKey?: string;
  everyParameters: readonly Parameters[];
  charts(parameters: Parameters, bounds: ChartBounds): DriverCharts;
  geometry?(options: z.infer<Schema>, below: number): Geometry;
  /** default: it promises nothing */
  savesStably?(options: z.infer<Schema>): boolean;
  image?(options: z.infer<Schema>): string;
}): Driver {
  const { name, summary, manual, options, children, charts } = definition;
  return {
    name,
    summary,
    manual,
    options,
    children,
    permissions: definition.permissions ?? defaultPermissions,
    filter: definition.filter ?? false,
    savesTo: definition.savesTo ?? null,
    jobUses: definition.jobUses ?? [],
    isView: definition.isView ?? false,
    releases: definition.releases ?? false,
    located: definition.located ?? null,
    defers: definition.defers ?? false,
    ...(definition.ofJobs && { ofJobs: definition.ofJobs }),
    ...(definition.opened && { opened: definition.opened }),
    ...(definition.tells && { tells: definition.tells }),
    ...(definition.find && { find: definition.find }),
    ...(definition.appends && { appends: definition.appends }),
    ...(definition.checked && { checked: definition.checked }),
    ...(definition.resizes && { resizes: definition.resizes }),
    ...(definition.keepsLength && { keepsLength: true }),
    ...(definition.known && { known: definition.known }),
    ...(definition.resizeFailed && { resizeFailed: definition.resizeFailed }),
    ...(definition.alignment && { alignment: definition.alignment }),
    ...(definition.lockedFile && { lockedFile: definition.lockedFile }),
    ...(definition.listChanges && { listChanges: definition.listChanges }),
    ...(definition.logsTo !== undefined && { logsTo: definition.logsTo }),
    ...(definition.headed && { headed: true }),
    ...(definition.clusters !== undefined && { clusters: definition.clusters }),
    ...(definition.storesBitmaps && { storesBitmaps: true }),
    ...(definition.compresses && { compresses: true }),
    ...(definition.internal && { internal: true }),
    ...(definition.asksBelow && { asksBelow: true }),
    ...(definition.lengthFrom !== undefined && { lengthFrom: definition.lengthFrom }),
    length: definition.length ?? (({ below }) => below),
    variableLength: definition.variableLength ?? false,
    reopens: definition.reopens === undefined ? [] : definition.reopens,
    instantiate(given, profile, place = ALONE) {
      const parsed = options.parse(given);
      const parameters = definition.parameters(parsed, profile, place);
      const chartKey = JSON.stringify([name, parameters]);
      return {
        common: parsed,
        chartKey,
        memoryKey: definition.memoryKey ?? chartKey,
        charts: (bounds) => charts(parameters, bounds),
        geometry: (below) => definition.geometry?.(parsed, below) ?? { length: below, shift: 0 },
        savesStably: definition.savesStably?.(parsed) ?? false,
        image: definition.image?.(parsed) ?? null,
      };
    },
    variants: (bounds) =>
      definition.everyParameters.map((parameters) => ({
        name: `${name} ${JSON.stringify(parameters)}`,
        parameters: Object.fromEntries(Object.entries(parameters)),
        charts: charts(parameters, bounds),
      })),
  };
}
