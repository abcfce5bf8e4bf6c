import { useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Modal } from "./modal.tsx";
import { notifyError } from "./toasts.tsx";

interface Props {
  title: string;
  text: string;
  /** What the button says that does it. */
  verb: string;
  /** What the button says that leaves everything as it is. */
  undo?: string;
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

/** Ask before something is lost. */
export function Confirm({ title, text, verb, undo = t().cancel, onConfirm, onClose }: Props) {
  const [isBusy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      notifyError(error);
      setBusy(false);
    }
  };
  return (
    <Modal title={title} onClose={onClose}>
      <div class="modal-body">
        <p>{text}</p>
      </div>
      <footer class="modal-foot">
        <button type="button" class="button" onClick={onClose}>
          {undo}
        </button>
        <button type="button" class="button is-danger is-filled" disabled={isBusy} onClick={confirm}>
          {verb}
        </button>
      </footer>
    </Modal>
  );
}
