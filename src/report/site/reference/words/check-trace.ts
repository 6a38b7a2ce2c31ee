/**
 * What the properties of a counterexample mean, by their paths.
 */

export const CHECK_TRACE_WORDS: Readonly<Record<string, string>> = {
  kind: "what the document is",
  v: "version of the format",
  model: "name of the model",
  mutant: "the mutant that was built in; null: none",
  digest: "of the program that was checked, 16 hexadecimal digits",
  parameters: "the bounds as numbers",
  finding: "what was found",
  "finding.kind": "what went wrong",
  "finding.property": "the property that was broken",
  "finding.message": "in one line, for people",
  fields: "the fields of a state",
  "fields[].name": "name of the field",
  "fields[].values": "what its values are called; null: they are numbers",
  initial: "the first state",
  "initial.fields": "elements of every field",
  "initial.nodes": "for every process, where each instance stands",
  steps: "the steps",
  "steps[].process": "the process that moves",
  "steps[].instance": "which of its instances",
  "steps[].node": "where that stood",
  "steps[].alternative": "which of its ways it takes",
  "steps[].choices": "what was chosen on the way",
  "steps[].text": "in one line, for people",
  "steps[].state": "the state after it",
  "steps[].state.fields": "elements of every field",
  "steps[].state.nodes": "for every process, where each instance stands",
  loop: "of a lasso: the steps after this many repeat for ever; null: it ends",
};
