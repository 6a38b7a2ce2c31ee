/**
 * Whether a program says something at all: every name it uses exists, every path has an end, and
 * everything that has a size keeps to it.
 *
 * A program is made by a lowering, so what is found here is a defect of blockgraph or of a model
 * that no chart schema could refuse; it is reported before anything is compiled from it.
 */
import { BlockgraphError } from "../../error.ts";
import { restNumber } from "./nodes.ts";
import type {
  Expression,
  Field,
  Process,
  Program,
  Statement,
  Symmetry,
  SymmetryMember,
  Teams,
} from "./program.ts";
import { expressionsOf, localsSet, partsOf, statementsIn } from "./walk.ts";

/** @throws BlockgraphError `program-malformed`, naming the program, the place and the thing */
export function validateProgram(program: Program): void {
  new Validation(program).all();
}

class Validation {
  readonly #program: Program;
  readonly #processes: ReadonlyMap<string, Process>;
  readonly #fields: ReadonlyMap<string, Field>;
  readonly #properties: ReadonlySet<string>;

  constructor(program: Program) {
    this.#program = program;
    this.#processes = new Map(program.processes.map((process) => [process.name, process]));
    this.#fields = new Map(program.fields.map((field) => [field.name, field]));
    this.#properties = new Set(program.properties.map(({ name }) => name));
  }

  all(): void {
    const { fields, processes, properties, everyState, liveness, symmetries, teams, final } =
      this.#program;
    this.#unique("field", fields);
    this.#unique("process", processes);
    this.#unique("property", properties);
    if (processes.length === 0) this.#refuse("it", "has no process, hence no step");
    this.#sizes();
    for (const process of processes) this.#process(process);
    this.#body("its state properties", everyState, null, []);
    const allowed = ["local", "if", "for", "judge", "break"];
    const wrong = statementsIn(everyState).find(({ kind }) => !allowed.includes(kind));
    if (wrong) this.#refuse("its state properties", `hold a ${wrong.kind}`);
    this.#expression("its final states", final, new Set());
    for (const { property, process, pending } of liveness) {
      this.#processNamed(`property ${property}`, process);
      this.#expression(`property ${property}`, pending, new Set(["self"]));
    }
    for (const symmetry of symmetries) this.#symmetry(symmetry);
    if (teams !== undefined) this.#teams(teams);
  }

  #teams({ director, tasks, adopted, guides }: Teams): void {
    const where = "its teams";
    for (const name of [director, ...tasks.flatMap(({ process, owner }) => [process, owner])]) {
      this.#processNamed(where, name);
    }
    for (const { process, fields } of adopted) {
      this.#processNamed(where, process);
      for (const field of fields) this.#field(where, field);
    }
    for (const { process, field } of guides) {
      this.#processNamed(where, process);
      this.#field(where, field);
    }
  }

  #sizes(): void {
    for (const { name, size, count, initial } of this.#program.fields) {
      const where = `field ${name}`;
      if (!isWhole(size, 1, 2 ** 31)) this.#refuse(where, `has size ${size}, not 1 to 2^31`);
      if (!isWhole(count, 0, 2 ** 20)) this.#refuse(where, `has ${count} elements`);
      if (initial.length > count) this.#refuse(where, `begins with more than ${count} elements`);
      const beyond = initial.find((value) => !isWhole(value, 0, size - 1));
      if (beyond !== undefined) this.#refuse(where, `begins with ${beyond}, not below ${size}`);
    }
  }

  #process(process: Process): void {
    const where = `process ${process.name}`;
    const { instances, nodes } = process;
    if (!isWhole(instances, 1, 2 ** 20)) this.#refuse(where, `has ${instances} instances`);
    if (nodes[0]?.kind !== "rest") {
      this.#refuse(where, "has no initial state: its first node has to be a rest");
    }
    this.#unique(`node of ${where}`, nodes);
    this.#begins(where, process);
    const passed = nodes.flatMap((node) => (node.kind === "pass" ? localsSet(node.body) : []));
    const rested = nodes.flatMap((node) => (node.kind === "rest" ? node.alternatives : []));
    const locals = [
      ...passed,
      ...rested.flatMap(({ choices, body }) => [
        ...choices.map((of) => of.local),
        ...localsSet(body),
      ]),
    ];
    for (const node of nodes) {
      const place = `${where}, node ${node.name}`;
      if (node.kind === "pass") this.#ended(place, node.body, process, locals);
      else {
        this.#unique(`alternative of ${place}`, node.alternatives);
        for (const { name, choices, body } of node.alternatives) {
          const wrong = choices.find(({ count }) => !isWhole(count, 0, 2 ** 20));
          if (wrong) this.#refuse(`${place}, ${name}`, `chooses among ${wrong.count}`);
          this.#ended(`${place}, ${name}`, body, process, locals);
        }
      }
    }
  }

  #begins(where: string, process: Process): void {
    const { instances, begins } = process;
    if (begins === undefined) return;
    if (begins.length !== instances) {
      this.#refuse(where, `begins at ${begins.length} places, and has ${instances} instances`);
    }
    const wrong = begins.find((name) => restNumber(process, name) < 0);
    if (wrong !== undefined) this.#refuse(where, `begins at ${wrong}, which is no rest of it`);
  }

  #ended(
    where: string,
    body: readonly Statement[],
    process: Process,
    locals: readonly string[],
  ): void {
    if (!ends(body)) this.#refuse(where, "has a path that ends without goto, block or fail");
    this.#body(where, body, process, locals);
  }

  #body(
    where: string,
    body: readonly Statement[],
    process: Process | null,
    others: readonly string[],
  ): void {
    const locals = new Set([...localsSet(body), ...others, ...(process ? ["self"] : [])]);
    if (strayBreak(body)) this.#refuse(where, "breaks outside of a loop");
    for (const statement of statementsIn(body)) {
      for (const expression of expressionsOf(statement))
        this.#expression(where, expression, locals);
      if (statement.kind === "set") this.#field(where, statement.field);
      if (statement.kind === "goto") this.#node(where, process, statement.node);
      if (statement.kind === "run") {
        this.#node(where, this.#processNamed(where, statement.process), statement.node);
      }
      if (statement.kind === "judge" && !this.#properties.has(statement.property)) {
        this.#refuse(where, `judges ${statement.property}, which is no property`);
      }
    }
  }

  #expression(where: string, expression: Expression, locals: ReadonlySet<string>): void {
    for (const part of partsOf(expression)) this.#expression(where, part, locals);
    switch (expression.kind) {
      case "constant":
        if (expression.value !== (expression.value | 0)) {
          this.#refuse(where, `holds ${expression.value}, not a 32-bit integer`);
        }
        return;
      case "local":
        if (!locals.has(expression.name)) {
          this.#refuse(where, `reads local ${expression.name}, which is never set`);
        }
        return;
      case "field":
        this.#field(where, expression.field);
        return;
      case "table":
        if (!(expression.table in this.#program.tables)) {
          this.#refuse(where, `reads table ${expression.table}, which is not there`);
        }
        return;
      case "stands": {
        const process = this.#processNamed(where, expression.process);
        if (restNumber(process, expression.node) < 0) {
          this.#refuse(where, `asks whether ${process.name} stands at ${expression.node}`);
        }
        return;
      }
      default:
    }
  }

  #symmetry({ name, size, owned, processes, members, naming }: Symmetry): void {
    const where = `symmetry ${name}`;
    for (const { field, stride } of owned) {
      this.#field(where, field);
      if ((this.#fields.get(field)?.count ?? 0) < size * stride) {
        this.#refuse(where, `owns field ${field}, which has not ${size} times ${stride} elements`);
      }
    }
    for (const { process, stride } of processes) {
      if (this.#processNamed(where, process).instances !== size * stride) {
        this.#refuse(where, `owns ${process}, which has not ${size} times ${stride} instances`);
      }
    }
    if (members.length > 0) this.#members(where, size, members, naming.length > 0);
    for (const { field, first, each } of naming) {
      this.#field(where, field);
      if (first + (size - 1) * each >= (this.#fields.get(field)?.size ?? 0)) {
        this.#refuse(where, `is named by field ${field}, which has too few values`);
      }
    }
  }

  /** Members own fields and processes that are like each other's, so that they can be swapped. */
  #members(where: string, size: number, members: readonly SymmetryMember[], named: boolean): void {
    if (members.length !== size || named) {
      this.#refuse(where, `has ${members.length} members for ${size} things, or is named`);
    }
    const kinds = members.map(({ fields, processes }) => {
      for (const field of fields) this.#field(where, field);
      return JSON.stringify([
        fields.map((field) => [this.#fields.get(field)?.size, this.#fields.get(field)?.count]),
        processes.map((process) => {
          const { instances, nodes } = this.#processNamed(where, process);
          return [instances, nodes.map((node) => [node.kind, node.name])];
        }),
      ]);
    });
    if (new Set(kinds).size > 1) this.#refuse(where, "has members that are not alike");
  }

  #field(where: string, name: string): void {
    if (!this.#fields.has(name)) this.#refuse(where, `names field ${name}, which is not there`);
  }

  #node(where: string, process: Process | null, name: string): void {
    if (process?.nodes.some((node) => node.name === name)) return;
    this.#refuse(where, `goes to node ${name}, which ${process?.name ?? "it"} has not`);
  }

  #processNamed(where: string, name: string): Process {
    return (
      this.#processes.get(name) ?? this.#refuse(where, `names process ${name}, which is not there`)
    );
  }

  #unique(what: string, things: readonly { readonly name: string }[]): void {
    const seen = new Set<string>();
    for (const { name } of things) {
      if (seen.has(name)) this.#refuse(`${what} ${name}`, "is there twice");
      seen.add(name);
    }
  }

  #refuse(where: string, what: string): never {
    throw new BlockgraphError(
      "program-malformed",
      `program ${this.#program.name}: ${where} ${what}; this is a defect of its lowering`,
    );
  }
}

function isWhole(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

/** Whether every path through a body ends the node. A loop may be left, so it never does. */
function ends(body: readonly Statement[]): boolean {
  return body.some((statement) => {
    if (statement.kind === "if") return ends(statement.then) && ends(statement.otherwise);
    return statement.kind === "goto" || statement.kind === "block" || statement.kind === "fail";
  });
}

function strayBreak(body: readonly Statement[]): boolean {
  return body.some((statement) => {
    if (statement.kind === "if")
      return strayBreak(statement.then) || strayBreak(statement.otherwise);
    return statement.kind === "break";
  });
}
