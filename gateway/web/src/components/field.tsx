import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { t } from "../i18n/index.ts";

export interface FieldProps {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean | undefined;
}

interface Props {
  label: string;
  error?: string;
  isOptional?: boolean;
  children: (props: FieldProps) => ComponentChildren;
}

/** A label, a control, and what is wrong with it. */
export function Field({ label, error, isOptional = false, children }: Props) {
  const id = useId();
  return (
    <div class={error ? "field has-error" : "field"}>
      <div class="field-label">
        <label for={id}>{label}</label>
        {isOptional && <small aria-hidden="true">{t().optional}</small>}
      </div>
      {children({
        id,
        "aria-describedby": error ? `${id}-error` : undefined,
        "aria-invalid": error ? true : undefined,
      })}
      {error && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
