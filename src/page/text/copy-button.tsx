/**
 * A button that copies a text, and says whether it could.
 */
import { useSignal } from "@preact/signals";

interface CopyButtonProps {
  /** what is copied, made when the button is pressed */
  readonly text: () => string;
  readonly label: string;
}

const SHOWN_MS = 2000;

/** Copies where the page may not use the clipboard itself: from a selected field. */
function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  return copied;
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

export function CopyButton({ text, label }: CopyButtonProps) {
  const said = useSignal("");
  const press = async (): Promise<void> => {
    said.value = (await copy(text())) ? "Copied" : "Could not copy";
    setTimeout(() => {
      said.value = "";
    }, SHOWN_MS);
  };
  return (
    <>
      <button type="button" class="copy quiet-button" onClick={press}>
        {said.value === "" ? label : said.value}
      </button>
      <span class="unseen" role="status">
        {said.value}
      </span>
    </>
  );
}
