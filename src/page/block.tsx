/**
 * Blocks of a page, each drawn by the file that knows its kind.
 */
import type { Block } from "../report/site/page-document.ts";
import { PictureFigure } from "./picture/picture-figure.tsx";
import { Player } from "./player/player.tsx";
import { PlotFigure } from "./plot/plot-figure.tsx";
import { Table } from "./table/table.tsx";
import { CodeBlock } from "./text/code-block.tsx";
import { signOf } from "./text/mark.tsx";
import { RunningText } from "./text/running-text.tsx";
import { TryItBlock } from "./try-it/try-it-block.tsx";

type Kind<Name extends Block["kind"]> = Extract<Block, { kind: Name }>;

export function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return blocks.map((block, place) => <OneBlock key={place} block={block} />);
}

function OneBlock({ block }: { block: Block }) {
  switch (block.kind) {
    case "heading":
      return <Heading block={block} />;
    case "paragraph":
      return (
        <p>
          <RunningText text={block.text} />
        </p>
      );
    case "list":
      return <List block={block} />;
    case "terms":
      return <Terms block={block} />;
    case "table":
      return <Table {...block} />;
    case "code":
      return <CodeBlock language={block.language} text={block.text} />;
    case "quotation":
      return <Quotation block={block} />;
    case "notice":
      return <Notice block={block} />;
    case "picture":
      return <PictureFigure picture={block.picture} caption={block.caption} />;
    case "plot":
      return <PlotFigure plot={block.plot} caption={block.caption} />;
    case "player":
      return <Player traces={block.traces} />;
    case "try-it":
      return <TryItBlock script={block.script} model={block.model} bounds={block.bounds} />;
    case "details":
      return (
        <details class="details">
          <summary>{block.summary}</summary>
          <Blocks blocks={block.blocks} />
        </details>
      );
  }
}

function Heading({ block: { level, text, anchor } }: { block: Kind<"heading"> }) {
  const link = (
    <a class="anchor" href={`#${encodeURIComponent(anchor)}`} aria-label={`Link to: ${text}`}>
      {"#"}
    </a>
  );
  return level === 2 ? (
    <h2 id={anchor}>
      {text} {link}
    </h2>
  ) : (
    <h3 id={anchor}>
      {text} {link}
    </h3>
  );
}

function List({ block: { ordered, items } }: { block: Kind<"list"> }) {
  const rows = items.map((item, place) => (
    <li key={place}>
      <RunningText text={item} />
    </li>
  ));
  return ordered ? <ol>{rows}</ol> : <ul>{rows}</ul>;
}

function Terms({ block: { rows } }: { block: Kind<"terms"> }) {
  return (
    <dl class="terms">
      {rows.map(({ term, text }, place) => (
        <div key={place}>
          <dt>
            <RunningText text={term} />
          </dt>
          <dd>
            <RunningText text={text} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Quotation({ block: { text, source } }: { block: Kind<"quotation"> }) {
  return (
    <figure class="quotation">
      <blockquote>
        <p>
          <RunningText text={text} />
        </p>
      </blockquote>
      {source !== "" && <figcaption>{source}</figcaption>}
    </figure>
  );
}

function Notice({ block: { tone, text } }: { block: Kind<"notice"> }) {
  const sign = signOf(tone) ?? "i";
  return (
    <div class={`notice tone-${tone}`} role="note">
      <span class="sign" aria-hidden="true">
        {sign}
      </span>
      <p>
        <RunningText text={text} />
      </p>
    </div>
  );
}
