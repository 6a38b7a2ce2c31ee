/**
 * A text field that offers how what is typed could go on: a combobox with a list, as the ARIA
 * Authoring Practices have it. The focus stays in the field; Down and Up choose, Enter takes what
 * is chosen, Escape closes the list.
 */
import { useSignal } from "@preact/signals";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Completions } from "../../explorer/condition/offered.ts";

interface ConditionFieldProps {
  readonly label: string;
  readonly text: string;
  readonly placeholder: string;
  /** what the text could become; null: it is not known yet */
  readonly completions: Completions | null;
  readonly type: (text: string, cursor: number) => void;
  /** asks for completions of the text as it stands */
  readonly want: (cursor: number) => void;
}

export function ConditionField(props: ConditionFieldProps) {
  const { label, text, placeholder, completions, type, want } = props;
  const id = useId();
  const isOpen = useSignal(false);
  const chosen = useSignal(-1);
  const field = useRef<HTMLInputElement>(null);
  const cursor = useRef<number | null>(null);
  const options = isOpen.value ? (completions?.options ?? []) : [];
  // At once: what is typed before the cursor stands there would go to another place.
  useLayoutEffect(() => {
    if (cursor.current === null) return;
    field.current?.setSelectionRange(cursor.current, cursor.current);
    cursor.current = null;
  }, [text]);
  const accept = (option: string): void => {
    const { from, to } = completions ?? { from: 0, to: 0 };
    const before = `${text.slice(0, from)}${option} `;
    const after = text.slice(to).trimStart();
    cursor.current = before.length;
    chosen.value = -1;
    field.current?.focus();
    type(`${before}${after}`, before.length);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      isOpen.value = true;
      const count = completions?.options.length ?? 0;
      const step = event.key === "ArrowDown" ? 1 : -1;
      // One place more than there are options: the text itself.
      chosen.value = ((chosen.value + 1 + step + count + 1) % (count + 1)) - 1;
    } else if (event.key === "Escape" && isOpen.value) {
      event.preventDefault();
      isOpen.value = false;
      chosen.value = -1;
    } else if (event.key === "Enter" && options[chosen.value] !== undefined) {
      event.preventDefault();
      accept(options[chosen.value] ?? "");
    }
  };
  const active = options[chosen.value] === undefined ? undefined : `${id}-${chosen.value}`;
  return (
    <div class="explorer-combobox">
      <label for={`${id}-field`}>{label}</label>
      <input
        ref={field}
        id={`${id}-field`}
        type="text"
        role="combobox"
        class="explorer-condition"
        autocomplete="off"
        spellcheck={false}
        aria-autocomplete="list"
        aria-expanded={options.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={active}
        value={text}
        placeholder={placeholder}
        onInput={({ currentTarget: { value, selectionStart } }) => {
          isOpen.value = true;
          chosen.value = -1;
          type(value, selectionStart ?? value.length);
        }}
        onKeyDown={press}
        onFocus={({ currentTarget: { selectionStart } }) => want(selectionStart ?? text.length)}
        onBlur={() => {
          isOpen.value = false;
        }}
      />
      <Options id={id} options={options} chosen={chosen.value} accept={accept} />
    </div>
  );
}

interface OptionsProps {
  readonly id: string;
  readonly options: readonly string[];
  /** place of the one that Enter takes; -1: none */
  readonly chosen: number;
  readonly accept: (option: string) => void;
}

function Options({ id, options, chosen, accept }: OptionsProps) {
  return (
    <div
      id={`${id}-list`}
      role="listbox"
      aria-label="How it could go on"
      class={options.length === 0 ? "unseen" : "explorer-options"}
    >
      {options.map((option, place) => (
        <Option
          key={option}
          id={`${id}-${place}`}
          text={option}
          isChosen={place === chosen}
          accept={() => accept(option)}
        />
      ))}
    </div>
  );
}

interface OptionProps {
  readonly id: string;
  readonly text: string;
  readonly isChosen: boolean;
  readonly accept: () => void;
}

function Option({ id, text, isChosen, accept }: OptionProps) {
  const item = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isChosen) item.current?.scrollIntoView({ block: "nearest" });
  }, [isChosen]);
  return (
    // The field has the keys; a pointer must not take the focus from it.
    <div
      ref={item}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      onMouseDown={(event) => {
        event.preventDefault();
        accept();
      }}
    >
      {text}
    </div>
  );
}
