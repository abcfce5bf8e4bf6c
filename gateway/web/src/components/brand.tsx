import { t } from "../i18n/index.ts";
import logo from "../logo.svg";
import { to } from "../route.ts";

export function Brand() {
  return (
    <a class="brand" href={to.calendar()}>
      <img src={logo} alt="" width="32" height="32" />
      <span>{t().appName}</span>
    </a>
  );
}
