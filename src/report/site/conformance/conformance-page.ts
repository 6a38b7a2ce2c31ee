/**
 * The page of conformance: what was compared with which QEMU, how many cases, and what differs.
 */
import type { z } from "zod";
import type { QemuReceipt } from "../../conform/model-receipt.ts";
import type { conformReceiptSchema } from "../../conform/receipt.ts";
import { code, commands, heading, link, numberCell } from "../blocks.ts";
import { agreementMark } from "../model/agreement.ts";
import type { Block, Cell, PageDocument } from "../page-document.ts";
import { cell, codes, leftColumn, paragraph, rightColumn } from "../writing.ts";
import { CAMPAIGNS, LIVE_COMPARISONS, RECORDINGS } from "./compared.ts";
import { DEFECTS_PATH } from "./defect.ts";
import { DEFECTS } from "./defects/all.ts";

export type ConformReceipt = z.infer<typeof conformReceiptSchema>;

/**
 * @param latest what `blockgraph conform --json` printed last; null: nothing is known of it
 * @param models what of every model was compared, as far as it was
 */
export function conformancePage(
  latest: ConformReceipt | null,
  models: readonly QemuReceipt[],
): PageDocument {
  return {
    path: "conformance",
    title: "Conformance",
    summary:
      "What was compared with which QEMU and other programs, how much of it, and the result.",
    trail: [{ title: "Overview", path: "index" }],
    blocks: [
      paragraph(
        "Rules that are only read in a source are wrong somewhere. Everything here that claims " +
          "to be as in QEMU is compared with one: verdicts, words, permissions of every edge, " +
          "bytes.",
      ),
      ...modelBlocks(models),
      ...recordedBlocks(),
      ...campaignBlocks(),
      ...liveBlocks(),
      ...(latest === null ? [] : latestBlocks(latest)),
      heading(2, "What differs"),
      paragraph(
        "No graph command is known that a QEMU judges otherwise than its profile. Where QEMU " +
          "aborts, crashes or hangs, that is predicted: the command is refused here, with a " +
          "reason. Slips of QEMU's code in serving requests, which no rule has (H15, M5), are " +
          "not simulated.",
      ),
      {
        kind: "paragraph",
        text: [
          "What QEMU does, and should not, is told in ",
          link(`${DEFECTS.length} defects`, DEFECTS_PATH),
          ", each with a script that shows it.",
        ],
      },
    ],
  };
}

function modelBlocks(receipts: readonly QemuReceipt[]): Block[] {
  const compared = receipts.filter(({ sequences }) => sequences > 0);
  if (compared.length === 0) {
    return [
      heading(2, "Models beside QEMU"),
      paragraph("No model as it stands was run beside a QEMU here. This does it:"),
      commands("npx blockgraph conform --models"),
    ];
  }
  return [
    heading(2, "Models beside QEMU"),
    paragraph(
      "Simulations of each model, replayed on a machine: the same commands and requests, one " +
        "after the other. Undecided are requests that end as they do only if they overlap, which " +
        "a QEMU cannot be told.",
    ),
    {
      kind: "table",
      caption: "Models that were run on a QEMU",
      columns: [
        ...["model", "QEMU", "result"].map(leftColumn),
        ...["logs", "commands", "requests", "undecided", "wrong, and seen there"].map(rightColumn),
      ],
      rows: compared.map((receipt) => [
        cell([link(receipt.model, `models/${receipt.model}#beside-qemu`)]),
        cell(receipt.qemu),
        cell([agreementMark(receipt)]),
        ...[receipt.sequences, receipt.commands, receipt.requests, receipt.undecided].map((value) =>
          numberCell(value),
        ),
        wrongCell(receipt),
      ]),
      sortable: true,
    },
  ];
}

function wrongCell({ wrong: { logged, seen } }: QemuReceipt): Cell {
  return logged === 0 ? numberCell(null) : { text: [`${seen} of ${logged}`], sort: logged };
}

function recordedBlocks(): Block[] {
  return [
    heading(2, "Recorded verdicts"),
    paragraph(
      "Every command of these sequences is judged again in each run of the tests: accepted or " +
        "refused, in the same words, and with the same permissions on all edges afterwards.",
    ),
    {
      kind: "table",
      caption: "Recorded by QEMU, all in agreement",
      columns: [
        leftColumn("what"),
        leftColumn("QEMU"),
        ...["sequences", "commands", "refused", "ended by it"].map(rightColumn),
        leftColumn("file"),
      ],
      rows: RECORDINGS.map(({ what, version, sequences, commands, refused, ended, file }) => [
        cell(what),
        cell(version),
        ...[sequences, commands, refused, ended].map((value) => numberCell(value)),
        cell([code(file)]),
      ]),
      sortable: true,
    },
  ];
}

function campaignBlocks(): Block[] {
  return [
    heading(2, "Random commands, once at length"),
    paragraph(
      "`blockgraph conform --random` draws commands of all drivers and jobs and sends them to a " +
        "daemon and to the rules. What was found so is mended, or a defect of QEMU. The last " +
        "campaigns found nothing.",
    ),
    {
      kind: "table",
      caption: "Campaigns without a difference",
      columns: [leftColumn("QEMU"), ...["seed", "sequences", "commands"].map(rightColumn)],
      rows: CAMPAIGNS.map(({ version, seed, sequences, commands }) => [
        cell(version),
        { text: [String(seed)], sort: seed },
        numberCell(sequences),
        numberCell(commands),
      ]),
      sortable: false,
    },
  ];
}

function liveBlocks(): Block[] {
  return [
    heading(2, "Live, in the tests"),
    paragraph(
      "These run wherever the tools are installed; they fail at the first difference, and their " +
        "random cases are the same in every run.",
    ),
    {
      kind: "table",
      caption: "Compared live",
      columns: [
        leftColumn("what"),
        leftColumn("with"),
        rightColumn("random cases"),
        leftColumn("test"),
      ],
      rows: LIVE_COMPARISONS.map(({ what, tools, cases, test }) => [
        cell(what),
        cell(codes(tools)),
        cases === null ? { text: ["scripts"], sort: 0 } : numberCell(cases),
        cell([code(test)]),
      ]),
      sortable: true,
    },
  ];
}

function latestBlocks({ profile, ok, recorded, random }: ConformReceipt): Block[] {
  const differences = recorded.flatMap((file) => file.differences);
  const difference = random?.difference ?? null;
  return [
    heading(2, "The latest comparison on this machine"),
    {
      kind: "notice",
      tone: ok ? "good" : "bad",
      text: [
        ok ? `No difference from profile ${profile}.` : `There are differences from ${profile}.`,
      ],
    },
    {
      kind: "table",
      caption: "What was compared",
      columns: [leftColumn("what"), ...["sequences", "commands", "differences"].map(rightColumn)],
      rows: [
        ...recorded.map((file) => [
          cell([code(file.path)]),
          ...[file.sequences, file.commands, file.differences.length].map((value) =>
            numberCell(value),
          ),
        ]),
        ...(random === null
          ? []
          : [
              [
                cell([`${random.qemu}, seed ${random.seed}`]),
                ...[random.sequences, random.commands, difference === null ? 0 : 1].map((value) =>
                  numberCell(value),
                ),
              ],
            ]),
      ],
      sortable: false,
    },
    ...[...differences, ...(difference === null ? [] : [difference])].map(
      ({ ours, theirs }): Block => ({
        kind: "terms",
        rows: [
          { term: ["Ours"], text: [code(ours)] },
          { term: ["QEMU's"], text: [code(theirs)] },
        ],
      }),
    ),
  ];
}
