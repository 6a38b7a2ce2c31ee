/** The text of one JavaScript function while it is being written. */
export class FunctionText {
  readonly lines: string[] = [];
  readonly #variables: string[] = [];
  #labels = 0;

  add(...lines: readonly string[]): void {
    for (const line of lines) if (line !== "") this.lines.push(line);
  }

  /** A new variable of the whole function. */
  variable(): string {
    return `v${this.#variables.push("") - 1}`;
  }

  label(): string {
    return `L${this.#labels++}`;
  }

  /** The function; `parameters` and `variables` are comma-separated. */
  wrap(name: string, parameters: string, variables: readonly string[] = []): string {
    const own = this.#variables.map((_, index) => `v${index} = 0`);
    const all = [...variables, ...own];
    const declared = all.length === 0 ? [] : [`let ${all.join(", ")};`];
    return [`function ${name}(${parameters}) {`, ...declared, ...this.lines, "}"].join("\n");
  }
}
