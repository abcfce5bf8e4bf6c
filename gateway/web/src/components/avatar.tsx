import { useState } from "preact/hooks";

/** Somebody's picture, or the first letters of their name. The name itself stands beside it. */
export function Avatar({
  name,
  picture,
  size = "",
}: {
  name: string;
  picture?: string;
  size?: "" | "is-small" | "is-large";
}) {
  const [broken, setBroken] = useState<string>();
  return (
    <span class={`avatar ${size}`} style={{ "--hue": hueOfName(name) }} aria-hidden="true">
      {picture && picture !== broken ? (
        <img src={picture} alt="" referrerPolicy="no-referrer" onError={() => setBroken(picture)} />
      ) : (
        initials(name)
      )}
    </span>
  );
}

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => String.fromCodePoint(word.codePointAt(0)!).toLocaleUpperCase())
    .join("") || "?";

function hueOfName(name: string): number {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)!) % 997;
  return (hash * 47) % 360;
}
