import { Avatar } from "../components/avatar.tsx";
import { LanguageChoice, ShortcutsChoice, ThemeChoice } from "../components/choices.tsx";
import { Icon } from "../components/icon.tsx";
import { Heading } from "../components/page.tsx";
import { inWords, t } from "../i18n/index.ts";
import { state } from "../store/store.ts";

export function Profile() {
  const { me } = state.value;
  return (
    <div class="page profile-page">
      <Heading title={t().profile} />
      <section class="panel profile-card" aria-label={me.name}>
        <Avatar name={me.name} picture={me.profile_pic} size="is-large" />
        <p class="profile-name">{me.name}</p>
        <dl>
          <dt>{t().email}</dt>
          <dd>{me.email}</dd>
          <dt>{t().birthday}</dt>
          <dd>{me.birthday ? inWords().birthday(me.birthday) : t().noBirthday}</dd>
        </dl>
      </section>
      <section class="panel settings" aria-label={t().theme}>
        <ThemeChoice />
        <div class="setting">
          <span aria-hidden="true">{t().language}</span>
          <LanguageChoice />
        </div>
        <ShortcutsChoice />
      </section>
      <a class="button is-danger narrow-only" href="/logout">
        <Icon name="leave" />
        {t().logOut}
      </a>
    </div>
  );
}
