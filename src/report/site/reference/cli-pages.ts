/**
 * Pages of the commands of the command line, made of what they tell commander: synopsis, arguments,
 * options, and what stands below these in `--help`, examples included.
 */
import type { Command } from "commander";
import { code, heading } from "../blocks.ts";
import type { Block, PageDocument } from "../page-document.ts";
import { cell, leftColumn, paragraph, prose } from "../writing.ts";
import { referencePath, trailOf } from "./reference-links.ts";

/**
 * @param commands configured as for a run, and used for nothing else: what they print when they are
 *   asked for help is caught
 */
export function cliPages(commands: readonly Command[]): PageDocument[] {
  return commands.map(cliPage);
}

function cliPage(command: Command): PageDocument {
  const name = command.name();
  const { information, after } = helpOf(command);
  return {
    path: referencePath("cli", name),
    title: `blockgraph ${name}`,
    summary: `${command.summary().replace(/^./, (letter) => letter.toUpperCase())}.`,
    trail: trailOf("cli"),
    blocks: [
      heading(2, "Synopsis"),
      { kind: "code", language: "sh", text: `${usageOf(information)}\n` },
      heading(2, "What it does"),
      paragraph(command.description()),
      ...argumentBlocks(command),
      ...optionBlocks(command),
      ...after.split(/\n{2,}/).flatMap(sectionBlocks),
    ],
  };
}

/** What `--help` prints: what commander makes of options, and what was added below that. */
function helpOf(command: Command): { information: string; after: string } {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => 100,
  });
  command.outputHelp();
  const information = command.helpInformation();
  return { information, after: text.slice(information.length) };
}

function usageOf(information: string): string {
  const usage = /^Usage: (.*)$/m.exec(information)?.[1] ?? "";
  return usage.startsWith("blockgraph ") ? usage : `blockgraph ${usage}`;
}

function argumentBlocks({ registeredArguments }: Command): Block[] {
  if (registeredArguments.length === 0) return [];
  return [
    heading(2, "Arguments"),
    {
      kind: "terms",
      rows: registeredArguments.map((argument) => {
        const { description, required, argChoices: choices } = argument;
        const said = description || (ARGUMENT_WORDS[argument.name()] ?? "");
        const among = choices === undefined ? "" : `: ${choices.join(", ")}`;
        return {
          term: [code(argument.name())],
          text: prose(`${said}${among}${required ? "" : " (may be absent)"}`),
        };
      }),
    },
  ];
}

/** What arguments mean that commands do not describe, because their names say it in a usage. */
const ARGUMENT_WORDS: Readonly<Record<string, string>> = {
  model: "name of a model; `blockgraph models` lists them",
  script: "file of commands and requests, a JSON line each; or a log",
  log: "file of a log, or a trace that a check has written",
  "log|model": "file of a log, or name of a model",
};

function optionBlocks({ options }: Command): Block[] {
  const shown = options.filter(({ hidden }) => !hidden);
  if (shown.length === 0) return [];
  return [
    heading(2, "Options"),
    {
      kind: "table",
      caption: "Options",
      columns: ["option", "default", "meaning"].map(leftColumn),
      rows: shown.map(
        ({ flags, description, defaultValue, defaultValueDescription, argChoices }) => {
          const byDefault = defaultText(defaultValueDescription ?? defaultValue);
          const among = argChoices === undefined ? "" : ` (${argChoices.join(", ")})`;
          return [cell([code(flags)]), cell(byDefault), cell([`${description}${among}`])];
        },
      ),
      sortable: shown.length > 8,
    },
  ];
}

/** A list or a table that options are collected in is no default that anybody could type. */
function defaultText(value: unknown): string {
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : "-";
}

/** A paragraph of what stands below the options. */
function sectionBlocks(text: string): Block[] {
  const lines = text.replace(/^\n+|\s+$/g, "").split("\n");
  const [first = "", ...rest] = lines;
  if (first === "") return [];
  if (/^Examples?:$/.test(first)) {
    const shell = rest.map((line) => line.replace(/^ *\$ /, ""));
    return [
      heading(2, "Examples"),
      { kind: "code", language: "sh", text: `${shell.join("\n")}\n` },
    ];
  }
  const status = /^Exit status: (.*)$/.exec(first)?.[1];
  if (status !== undefined) {
    return [heading(2, "Exit status"), { kind: "paragraph", text: [`${status}`] }];
  }
  if (first.endsWith(":") && rest.every((line) => line.startsWith("  "))) {
    const shell = rest.map((line) => line.slice(2));
    return [
      { kind: "paragraph", text: [first] },
      { kind: "code", language: "sh", text: `${shell.join("\n")}\n` },
    ];
  }
  return [{ kind: "paragraph", text: [lines.join(" ")] }];
}
