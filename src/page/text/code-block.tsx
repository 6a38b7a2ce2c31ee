/**
 * Code: what language it is, a button that copies it, and the text, which scrolls by itself.
 */
import { useMemo } from "preact/hooks";
import { codePieces } from "./code-pieces.ts";
import { CopyButton } from "./copy-button.tsx";

interface CodeBlockProps {
  readonly language: string;
  readonly text: string;
}

export function CodeBlock({ language, text }: CodeBlockProps) {
  const pieces = useMemo(() => codePieces(text, language), [text, language]);
  return (
    <div class="code">
      <div class="code-bar">
        <span>{language}</span>
        <CopyButton text={() => text} label="Copy" />
      </div>
      <pre tabIndex={0} role="group" aria-label={`Code, ${language}`}>
        <code>
          {pieces.map(({ kind, text: piece }, place) =>
            kind === "plain" ? (
              piece
            ) : (
              <span key={place} class={`code-${kind}`}>
                {piece}
              </span>
            ),
          )}
        </code>
      </pre>
    </div>
  );
}
