/** The person's language: the browser's, until they choose another. */

import { computed, effect } from "@preact/signals";
import { Words } from "../dates.ts";
import { remembered } from "../preferences.ts";
import { type Dictionary, en } from "./en.ts";
import { ru } from "./ru.ts";

export const LANGUAGES = { en: "English", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;
const DICTIONARIES: Record<Language, Dictionary> = { en, ru };
const CODES = Object.keys(LANGUAGES) as Language[];

/** The first language that a browser asks for and we speak. */
export function preferred(asked: readonly string[]): Language {
  const found = asked.map((tag) => CODES.find((code) => tag.toLowerCase().split("-")[0] === code));
  return found.find((code) => code !== undefined) ?? "en";
}

const asked = globalThis.navigator?.languages ?? [];
export const language = remembered("language", CODES, preferred(asked));

const dictionary = computed(() => DICTIONARIES[language.value]);
/** The browser knows how its owner writes dates: "en-GB" has other ones than "en-US". */
const words = computed(() => new Words(asked.find((tag) => tag.split("-")[0] === language.value) ?? language.value));

export const t = (): Dictionary => dictionary.value;
export const inWords = (): Words => words.value;

effect(() => {
  if (globalThis.document) document.documentElement.lang = language.value;
});
