/**
 * A system: a block graph made ready to execute. Pure data.
 *
 * Every node of the graph becomes a description with its geometry and its automata; edges become
 * direct references. Nothing here has state: what a node remembers belongs to the interpreter.
 * Automata are shared between nodes whose charts are equal, so a graph with ten hooks tabulates
 * one.
 */
import type { Automaton } from "../chart/automaton.ts";
import type { DriverCharts } from "../drivers/driver.ts";
import type { Located } from "../graph/catalogue.ts";
import type { ImageFacts } from "../graph/image-facts.ts";
import type { Profile } from "../graph/profile.ts";
import type { Operation } from "../vocabulary.ts";

/** A one-line change to a driver's charts that some property must notice. */
export interface ChartMutation {
  /** the driver whose charts change */
  readonly driver: string;
  change(charts: DriverCharts): DriverCharts;
}

/** What is fixed for the life of a simulation, run or check. */
export interface SystemRules {
  readonly profile: Profile;
  /** smallest cluster that block-copy uses, in bytes; QEMU: 65536 (rule K1) */
  readonly clusterSize: number;
  /** bytes of each image, by file name */
  readonly images: ReadonlyMap<string, number>;
  readonly mutation: ChartMutation | null;
  /** what is known of images besides; absent: nothing, and no rule asks */
  readonly facts?: ImageFacts;
  /** images in a format that knows which clusters it has, by file name; absent: none */
  readonly formats?: ReadonlyMap<string, ImageFormat>;
  /** view reads that one cluster may serve at once, 1024 unless told; more are an error */
  readonly readers?: number;
  /** whether a bit of a bitmap may stand for more or less than a cluster; absent: it must not */
  readonly bitsOfAnySize?: boolean;
  /** whether whoever answers for images injects the errors that nodes are to inject */
  readonly injectsErrors?: boolean;
  /** whether backing files may be shorter than what they are behind; absent: they are refused */
  readonly backingMayBeShorter?: boolean;
  /** as for commands of the graph (src/graph/command.ts); absent: they are not */
  readonly jobsArePlayed?: boolean;
}

/** What a format says of its image when a node is opened on it. */
export interface ImageFormat {
  /** bytes */
  readonly clusterSize: number;
  /** The parts that are the image's own and not its backing file's, in bytes of its disk. */
  own(): Iterable<{ readonly offset: number; readonly length: number }>;
  /** The parts that a persistent bitmap calls dirty; absent: nobody knows of any. */
  dirty?(bitmap: string): Iterable<{ readonly offset: number; readonly length: number }>;
}

export interface SystemNode {
  readonly name: string;
  readonly driver: string;
  /** bytes */
  readonly length: number;
  /** added to an offset when a request is handed to the primary child or image */
  readonly shift: number;
  readonly readOnly: boolean;
  /** whether discards go on; else they end here, successfully (rule C6) */
  readonly unmap: boolean;
  /** whether it is put under others for a purpose of its own, not theirs: a hook, a job's filter */
  readonly inserted: boolean;
  /** whether a discard says that nobody will read that part again (Driver.releases) */
  readonly releases: boolean;
  /** whether it acknowledges discards without handing them on */
  readonly defers: boolean;
  /** bytes; 0 if the node keeps nothing per cluster */
  readonly clusterSize: number;
  /** which clusters a node with a backing file has when it is opened; null: none */
  readonly format: ImageFormat | null;
  readonly cluster: Automaton | null;
  readonly node: Automaton | null;
  readonly requests: ReadonlyMap<Operation, Automaton>;
  readonly tasks: ReadonlyMap<string, Automaton>;
  /** children by edge name */
  readonly children: ReadonlyMap<string, SystemNode>;
  /** the child in the role `primary`: the one whose bytes the node shows; null if there is none */
  readonly primary: SystemNode | null;
  /** the child in the role `cow`: what the node does not have itself is read there; null: none */
  readonly backing: SystemNode | null;
  /** whether nobody may change what is behind it; true if nothing is */
  readonly backingStands: boolean;
  /** how its cluster chart says which clusters are its own (Driver.located); null: it has all */
  readonly located: Located | null;
  /** what its changes go through first, for its bitmaps (recorder.ts); null: it has none */
  readonly recorder: string | null;
  /** the node for whose bitmap it records; null: it is a node of the graph itself */
  readonly records: string | null;
  /** what a job asks of it goes through the job's life first (life.ts); null: there is none */
  readonly life: string | null;
  /** the filter whose job it stops; null: it is a node of the graph itself */
  readonly stops: string | null;
  /** the child in which it saves what its primary child loses (Driver.savesTo); null: no hook */
  readonly savedIn: SystemNode | null;
  /** whether it promises that this is stable before anything is overwritten */
  readonly savesStably: boolean;
  /** file name of the image that holds the node's bytes; null if there is none */
  readonly image: string | null;
}

export interface System {
  readonly nodes: ReadonlyMap<string, SystemNode>;
  readonly rules: SystemRules;
}
