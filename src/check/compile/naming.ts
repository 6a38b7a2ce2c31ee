/**
 * Fields that name things, made comparable: every value has a *code*. Values that name a thing have
 * that thing's number, the others the numbers that are left, in their order. So renumbering things
 * is one look-up, whatever the field counts in.
 */

/** How the elements of a field name things of a group. */
export interface Naming {
  /** index of the group */
  readonly group: number;
  /** code of every value that the element's bits can hold; null: a value is its own code */
  readonly codes: readonly number[] | null;
  /** value of every code */
  readonly values: readonly number[] | null;
}

/** @param width bits of an element, of which value `first + i * each` names thing i of `size` */
export function nameCodes(
  { size, first, each }: { readonly size: number; readonly first: number; readonly each: number },
  width: number,
): Pick<Naming, "codes" | "values"> {
  if (first === 0 && each === 1) return { codes: null, values: null };
  const named = Array.from({ length: size }, (_, thing) => first + thing * each);
  const all = Array.from({ length: 2 ** width }, (_, value) => value);
  const values = [...named, ...all.filter((value) => !named.includes(value))];
  const codes = all.map((value) => values.indexOf(value));
  return { codes, values };
}

/** The tables of a function's codes, each once. */
export class NameTables {
  readonly #names = new Map<string, string>();

  /** Code for a name's code, of code for the name. */
  coded(code: string, { codes }: Naming): string {
    return this.#looked(code, codes);
  }

  /** Code for the name that has a code. */
  decoded(code: string, { values }: Naming): string {
    return this.#looked(code, values);
  }

  /** Lines that declare the tables; after all uses of them. */
  lines(): string[] {
    return [...this.#names].map(([text, name]) => `const ${name} = new Int32Array([${text}]);`);
  }

  #looked(code: string, table: readonly number[] | null): string {
    if (table === null) return code;
    const text = table.join(", ");
    const name = this.#names.get(text) ?? `K${this.#names.size}`;
    this.#names.set(text, name);
    return `${name}[${code}]`;
  }
}
