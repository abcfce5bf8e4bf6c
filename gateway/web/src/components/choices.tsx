import { LANGUAGES, type Language, language, t } from "../i18n/index.ts";
import { shortcuts, THEMES, theme } from "../preferences.ts";

export function LanguageChoice() {
  return (
    <label class="choice">
      <span class="visually-hidden">{t().language}</span>
      <select value={language.value} onChange={(event) => (language.value = event.currentTarget.value as Language)}>
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option value={code} key={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export function ThemeChoice() {
  const names = { auto: t().themeAuto, light: t().themeLight, dark: t().themeDark };
  return (
    <fieldset class="segments">
      <legend>{t().theme}</legend>
      <div>
        {THEMES.map((value) => (
          <label key={value}>
            <input
              type="radio"
              name="theme"
              checked={theme.value === value}
              onChange={() => {
                theme.value = value;
              }}
            />
            <span>{names[value]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function ShortcutsChoice() {
  return (
    <label class="switch">
      <input
        type="checkbox"
        checked={shortcuts.value === "on"}
        onChange={({ currentTarget }) => {
          shortcuts.value = currentTarget.checked ? "on" : "off";
        }}
      />
      <span>
        {t().shortcuts}
        <small>{t().shortcutsText}</small>
      </span>
    </label>
  );
}
