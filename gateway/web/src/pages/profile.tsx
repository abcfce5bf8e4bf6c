import { inWords, t } from "../i18n/index.ts";
import { Avatar } from "../parts/avatar.tsx";
import { LanguageChoice, ThemeChoice } from "../parts/choices.tsx";
import { Heading } from "../parts/page.tsx";
import { Sign } from "../parts/sign.tsx";
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
      </section>
      <a class="button is-danger narrow-only" href="/logout">
        <Sign name="leave" />
        {t().logOut}
      </a>
    </div>
  );
}
