/** Thrown where the teams of a program cannot be told apart well enough to reduce its search. */
export class Inseparable extends Error {
  override readonly name = "Inseparable";
}
