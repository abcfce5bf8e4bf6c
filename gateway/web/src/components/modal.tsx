import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { createPortal } from "preact/compat";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Icon } from "./icon.tsx";

/** How many modals are open: what is behind them is hidden from everybody. */
export const openModals = signal(0);

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  size?: "is-narrow" | "is-wide";
}

/** Where one begins: at the first control of the body, else at the first button of the foot, which undoes nothing. */
const first = (dialog: HTMLElement) =>
  dialog.querySelector<HTMLElement>(".modal-body :is(input, button)") ??
  dialog.querySelector<HTMLElement>(".modal-foot button");

/** A dialog above the page: keeps the focus inside, closes with Escape, gives the focus back. */
export function Modal({ title, onClose, children, size = "is-narrow" }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const close = useRef(onClose);
  close.current = onClose;

  // Listening begins before it is shown: what nobody listens to, the browser decides.
  useLayoutEffect(() => {
    const { current } = dialog;
    const ask = (event: Event) => {
      event.preventDefault();
      close.current();
    };
    // By itself a browser closes at a second Escape, this modal and the one behind it, whatever is answered to the first.
    const onKeyDown = (event: KeyboardEvent) => event.key === "Escape" && !event.isComposing && ask(event);
    const onClose = () => {
      current!.showModal();
      close.current();
    };
    current!.addEventListener("keydown", onKeyDown);
    current!.addEventListener("cancel", ask);
    current!.addEventListener("close", onClose);
    return () => {
      current!.removeEventListener("keydown", onKeyDown);
      current!.removeEventListener("cancel", ask);
      current!.removeEventListener("close", onClose);
    };
  }, []);

  useLayoutEffect(() => {
    const before = document.activeElement;
    openModals.value++;
    dialog.current!.showModal();
    first(dialog.current!)?.focus();
    return () => {
      openModals.value--;
      // When the page behind can be reached again.
      queueMicrotask(() => before instanceof HTMLElement && before.isConnected && before.focus());
    };
  }, []);

  return createPortal(
    <dialog ref={dialog} class={`modal ${size}`} aria-labelledby={titleId}>
      <header class="modal-head">
        <h2 id={titleId}>{title}</h2>
        <button type="button" class="button is-quiet is-square" aria-label={t().close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>,
    document.getElementById("modals")!,
  );
}
