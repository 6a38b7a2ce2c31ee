/**
 * What the checker checks: a program of bounded fields, and processes that step over them.
 *
 * Everything that can be checked is lowered to this one form, and everything that is made of it
 * (packed states and JavaScript, the slow interpreter, Promela) reads nothing else. It is data.
 *
 * A *field* is an array of small numbers; all fields together are the state. A *process* has
 * instances, and each instance stands at a *node*. A node is either a *rest*, where other processes
 * may step, or it is passed through at once. A *step* takes one instance from its rest, by one of
 * the alternatives there, through any number of passing nodes to its next rest: atomically, as a
 * coroutine in QEMU runs from one yield to the next. On its way it may run instances of other
 * processes, which then stand at a rest of theirs.
 *
 * Numbers are 32-bit integers, true is 1 and false is 0; division rounds down. Locals live for one
 * step; a local is visible from where it is set to the end of the step, in that process. `self` is
 * the number of the running instance.
 */

/** An array of numbers in the state. */
export interface Field {
  readonly name: string;
  /** each element is in [0, size); size >= 1 */
  readonly size: number;
  readonly count: number;
  /** of each element; a missing element is 0 */
  readonly initial: readonly number[];
  /** how values are printed, by value; null: as numbers */
  readonly values: readonly string[] | null;
}

/** `and` and `or` need not evaluate their right side. */
export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "&"
  | "|"
  | "<<"
  | ">>"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "and"
  | "or";

export type Expression =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "local"; readonly name: string }
  | { readonly kind: "field"; readonly field: string; readonly at: Expression }
  | { readonly kind: "table"; readonly table: string; readonly at: Expression }
  | { readonly kind: "not"; readonly of: Expression }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** whether an instance of a process stands at a rest */
  | {
      readonly kind: "stands";
      readonly process: string;
      readonly instance: Expression;
      readonly node: string;
    };

export type Statement =
  | { readonly kind: "local"; readonly name: string; readonly value: Expression }
  | {
      readonly kind: "set";
      readonly field: string;
      readonly at: Expression;
      readonly value: Expression;
    }
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  /** for local = from; local < to; both ends are evaluated once */
  | {
      readonly kind: "for";
      readonly local: string;
      readonly from: Expression;
      readonly to: Expression;
      readonly body: readonly Statement[];
    }
  /** leaves the innermost loop */
  | { readonly kind: "break" }
  /** ends the node: the instance goes on at another one, and rests there if it is a rest */
  | { readonly kind: "goto"; readonly node: string }
  /** the step cannot be taken from here; nothing that it did so far has happened */
  | { readonly kind: "block" }
  /**
   * runs another instance from a node of its own up to its next rest; its locals are its own.
   * Running an instance that is being run already is not allowed.
   */
  | {
      readonly kind: "run";
      readonly process: string;
      readonly instance: Expression;
      readonly node: string;
    }
  /** a property speaks about what just happened if `applies`; it is broken if `violated` as well */
  | {
      readonly kind: "judge";
      readonly property: string;
      readonly applies: Expression;
      readonly violated: Expression;
    }
  /** the chart transitions that are taken here: [first + index] of {@link Program.coverage} */
  | { readonly kind: "cover"; readonly index: Expression }
  /** the program leaves its bounds: the check ends, and says so */
  | { readonly kind: "fail"; readonly message: string };

/** One way to leave a rest. */
export interface Alternative {
  readonly name: string;
  /** for people; `{local}` is replaced by that local's value at the end of the step's first node */
  readonly text: string;
  /** what values of locals are called in the text; absent: numbers */
  readonly words?: Readonly<Record<string, readonly string[]>>;
  /** locals that take every value in [0, count), each combination a step of its own */
  readonly choices: readonly { readonly local: string; readonly count: number }[];
  /** whether an instance that could always take it must at last do so (weak fairness) */
  readonly fair: boolean;
  /** every path ends with goto, block or fail; a step blocks only before its first change */
  readonly body: readonly Statement[];
}

export type Node =
  | {
      readonly kind: "rest";
      readonly name: string;
      /** none: only other processes get an instance away from here */
      readonly alternatives: readonly Alternative[];
    }
  | { readonly kind: "pass"; readonly name: string; readonly body: readonly Statement[] };

export interface Process {
  readonly name: string;
  readonly instances: number;
  /** the first node is a rest, and where every instance stands at the beginning */
  readonly nodes: readonly Node[];
  /** the rest where each instance stands at the beginning instead; absent: the first */
  readonly begins?: readonly string[];
}

/** A property as the checker needs it: its name, and what kind of promise it is. */
export interface ProgramProperty {
  readonly name: string;
  /** always: never violated where it applies; sometimes: applies in some reachable state */
  readonly promise: "always" | "sometimes";
}

/** Once `pending` holds for an instance it ceases to hold at last, if fair steps are fair. */
export interface Liveness {
  readonly property: string;
  readonly process: string;
  /** about the instance `self` */
  readonly pending: Expression;
}

/**
 * Things that are interchangeable: renumbering them gives a state with the same future, up to a
 * renumbering again. Thing i owns elements [i * stride, (i + 1) * stride) of each owned field, and
 * `stride` instances of each process in `processes`; what is left over belongs to nobody. It also
 * owns all of `members[i]`, whose n-th field and process are like the n-th of any other thing.
 *
 * Symmetries whose things lie within things of another one (requests of one of several like guests)
 * come before that one, and every such thing has them.
 */
export interface Symmetry {
  readonly name: string;
  readonly size: number;
  readonly owned: readonly { readonly field: string; readonly stride: number }[];
  readonly processes: readonly { readonly process: string; readonly stride: number }[];
  /** one for each thing, or none at all */
  readonly members: readonly SymmetryMember[];
  /** fields of which value `first + i * each` is the number of thing i; other values name none */
  readonly naming: readonly {
    readonly field: string;
    readonly first: number;
    readonly each: number;
  }[];
  /**
   * whether every renumbering of a reachable state is reachable: then instances of its processes
   * that could wait for ever can do so under each number
   */
  readonly closed: boolean;
}

/** What one thing owns as a whole. */
export interface SymmetryMember {
  readonly fields: readonly string[];
  readonly processes: readonly string[];
}

/**
 * What a partial-order reduction is told about the processes (src/check/reduce). An instance works
 * in one team with those that do tasks for it; teams do not move each other's instances, but that
 * they may set an idle instance of an `adopted` process going.
 */
export interface Teams {
  /** a process whose steps can be taken only where nobody else can take one */
  readonly director: string;
  /** `each` instances of a process for every instance of its owner */
  readonly tasks: readonly {
    readonly process: string;
    readonly owner: string;
    readonly each: number;
  }[];
  /**
   * Processes whose instances others set going, but only those at their first rest, and their
   * fields, which others write only then: `count / instances` elements for each.
   */
  readonly adopted: readonly { readonly process: string; readonly fields: readonly string[] }[];
  /**
   * Fields that say what an instance is at, such as where its request begins: `count / instances`
   * numbers for each. With fewer numbers than instances it is a counter that all of them share.
   */
  readonly guides: readonly { readonly field: string; readonly process: string }[];
}

/** A transition of a chart that some statement covers. */
export interface CoverageItem {
  readonly chart: string;
  readonly state: string;
  readonly event: string;
}

export interface Program {
  readonly name: string;
  readonly fields: readonly Field[];
  /** constant arrays of 32-bit integers by name; reading outside is a defect of the lowering */
  readonly tables: Readonly<Record<string, readonly number[]>>;
  readonly processes: readonly Process[];
  readonly properties: readonly ProgramProperty[];
  /** judged in every reachable state: local, if, for, judge and break only */
  readonly everyState: readonly Statement[];
  readonly liveness: readonly Liveness[];
  readonly symmetries: readonly Symmetry[];
  /** absent: nothing is known that would allow a partial-order reduction */
  readonly teams?: Teams;
  readonly coverage: readonly CoverageItem[];
  /** a state without successors is a deadlock unless this holds there */
  readonly final: Expression;
}
