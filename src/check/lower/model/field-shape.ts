/**
 * What the elements of a field are for: a cell of a disk or view each, a cluster each, or something
 * that there is once. Fields of actors and tasks have none: those are owned by their instances.
 */
export type FieldShape = "cell" | "cluster" | "one";
