import { useState } from "preact/hooks";
import type { Scope } from "../api/types.ts";
import { t } from "../i18n/index.ts";
import { Modal } from "./modal.tsx";
import { notifyError } from "./toasts.tsx";

interface Props {
  isDeleting?: boolean;
  /** What can be chosen; the first is proposed. */
  scopes: readonly Scope[];
  onChoose: (scope: Scope) => Promise<void>;
  onClose: () => void;
}

/** Ask which occurrences of something that repeats are meant. */
export function ScopeQuestion({ isDeleting = false, scopes, onChoose, onClose }: Props) {
  const [scope, setScope] = useState(scopes[0]!);
  const [isBusy, setBusy] = useState(false);
  const choose = async () => {
    setBusy(true);
    try {
      await onChoose(scope);
      onClose();
    } catch (error) {
      notifyError(error);
      setBusy(false);
    }
  };
  return (
    <Modal title={isDeleting ? t().whichToDelete : t().whichToChange} onClose={onClose}>
      <div class="modal-body">
        <fieldset class="scopes">
          <legend class="visually-hidden">{isDeleting ? t().whichToDelete : t().whichToChange}</legend>
          {scopes.map((value) => (
            <label key={value}>
              <input type="radio" name="scope" checked={scope === value} onChange={() => setScope(value)} />
              <span>
                {t().scopes[value]}
                <small>{t().scopeTexts[value]}</small>
              </span>
            </label>
          ))}
        </fieldset>
        {scopes.length === 1 && !isDeleting && <p class="note">{t().thisAlone}</p>}
        {!scopes.includes("this") && !isDeleting && <p class="note">{t().notThisAlone}</p>}
      </div>
      <footer class="modal-foot">
        <button type="button" class="button" onClick={onClose}>
          {t().cancel}
        </button>
        <button
          type="button"
          class={isDeleting ? "button is-danger is-filled" : "button is-filled"}
          disabled={isBusy}
          onClick={choose}
        >
          {isDeleting ? t().delete : t().save}
        </button>
      </footer>
    </Modal>
  );
}
