/**
 * Whether a real QEMU does the same: what of a model was compared with one, and what came of it; of
 * a model with nothing to compare, why.
 */
import type { Model } from "../../../system/model.ts";
import { counted, grouped } from "../../check/numbers.ts";
import type { QemuReceipt } from "../../conform/model-receipt.ts";
import { commands, heading, link, terms } from "../blocks.ts";
import type { Block, Cell, Inline, Text } from "../page-document.ts";
import type { ModelEvidence } from "../site-input.ts";
import { bullets, mark, paragraph } from "../writing.ts";

type Compared = Pick<ModelEvidence, "model" | "qemu">;

/** For a table of models: sorted by how much was compared. */
export function agreementCell({ model, qemu }: Compared): Cell {
  if (qemu !== null && qemu.sequences > 0) {
    const compared = `${grouped(qemu.commands)} commands, ${grouped(qemu.requests)} requests`;
    return {
      text: [agreementMark(qemu), ` ${qemu.qemu}: ${compared}`],
      sort: qemu.commands + qemu.requests,
    };
  }
  const why = qemu === null ? null : "cannot be sent";
  return { text: [why ?? shortReason(model) ?? "not compared"], sort: -1 };
}

/** Why no QEMU can agree or disagree, in a few words; null: one can. */
function shortReason({ profile }: Model): string | null {
  if (profile === "proposed") return "proposed: in no QEMU";
  return profile.startsWith("qemu-") ? null : "of 2018: in no QEMU";
}

export function agreementBlocks({ model, qemu }: Compared): Block[] {
  return [heading(2, "Beside QEMU"), ...(qemu === null ? unknown(model) : known(qemu))];
}

function unknown({ name, profile }: Model): Block[] {
  const version = /^qemu-(?<version>.*)/.exec(profile)?.groups?.version;
  if (version === undefined) {
    return [
      paragraph(
        `There is nothing to compare: the model follows the rules \`${profile}\`, which no QEMU ` +
          "that is released has. What they have in common with QEMU's is compared command by " +
          "command.",
      ),
      seeConformance(),
    ];
  }
  return [
    paragraph(
      "No run of it as it is now beside a QEMU is known. This does it, where one is installed:",
    ),
    commands(`npx blockgraph conform --models ${name} --qemu ${version}`),
  ];
}

function known(qemu: QemuReceipt): Block[] {
  const { unsendable, untimed, differences } = qemu;
  const reasons = unsendable.map(
    ({ reason, seeds }) => `${reason} (${counted(seeds.length, "log")})`,
  );
  if (qemu.sequences === 0) {
    return [
      paragraph(`None of ${counted(qemu.seeds, "simulation")} can be sent to a QEMU:`),
      bullets(reasons),
    ];
  }
  return [
    {
      kind: "paragraph",
      text: [
        agreementMark(qemu),
        ` QEMU ${qemu.qemu} was sent the same commands and requests as the simulator, from ` +
          `${counted(qemu.sequences, "log")}.`,
      ],
    },
    terms(rowsOf(qemu)),
    ...(reasons.length === 0
      ? []
      : [paragraph("Further simulations cannot be sent:"), bullets(reasons)]),
    ...(untimed.length === 0
      ? []
      : [
          paragraph(
            "Not decided, because a job was copying, and how far it has come QEMU cannot be told:",
          ),
          bullets(untimed.map(({ seed, text }) => `seed ${seed}: ${text}`)),
        ]),
    ...(differences.length === 0
      ? []
      : [
          paragraph("What differs:"),
          bullets(differences.map(({ seed, text }) => `seed ${seed}: ${text}`)),
        ]),
    seeConformance(),
  ];
}

function rowsOf(qemu: QemuReceipt): (readonly [string, ...Inline[]])[] {
  const { commands: sent, requests, overlapping, undecided, images, ended, wrong } = qemu;
  const row = (term: string, number: number, text: string) =>
    number === 0 ? [] : [[term, `${grouped(number)} ${text}`] as const];
  return [
    ["commands", `${grouped(sent)}: verdicts, and QEMU's words`],
    ["requests", `${grouped(requests)}: results, and digests of what was read`],
    ...row("overlapping", overlapping, "in flight together in the log, one after the other there"),
    ...row("undecided", undecided, "end as in the log only if they overlap: QEMU cannot be told"),
    ...row("images", images, "the same at the end, to the byte"),
    ...row("ends", ended, "logs at whose end QEMU ended, as predicted"),
    ...row(
      "wrong results",
      wrong.logged,
      `in the logs, ${wrong.seen} of them seen in QEMU as well`,
    ),
  ];
}

function seeConformance(): Block {
  const text: Text = [
    "All comparisons are on the page of ",
    link("conformance", "conformance"),
    ".",
  ];
  return { kind: "paragraph", text };
}

/** Whether anything was different; a log that is not decided does not agree. */
export function agreementMark({ sequences, untimed, differences }: QemuReceipt): Inline {
  if (differences.length > 0) return mark("differs", "bad");
  if (untimed.length === 0) return mark("agrees", "good");
  return mark(`agrees in ${sequences - untimed.length} of ${counted(sequences, "log")}`, "open");
}
