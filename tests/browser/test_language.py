"""English and Russian: the browser's language to begin with, the person's choice from then on."""

import re
from collections.abc import Callable
from datetime import date

from playwright.sync_api import expect

from tests.browser.visitor import PHONE, Visitor
from tests.e2e.people import Person

TODAY = date.today()

SomeOne = Callable[..., Person]
Window = Callable[..., Visitor]


def test_a_russian_browser_is_spoken_to_in_russian(someone: SomeOne, window: Window) -> None:
    person = someone(name="Анна")
    person.plan(name="Ужин", datetime=f"{TODAY:%d.%m.%Y} 19:30")
    visitor = window(person, locale="ru-RU", **PHONE)
    visitor.open()
    expect(visitor.heading(re.compile(f"^[А-Я][а-я]+ {TODAY.year}$"))).to_be_visible()
    expect(visitor.page.locator("html")).to_have_attribute("lang", "ru")
    expect(visitor.page.locator(".rdp-weekday").first).to_have_text("Пн")
    visitor.picture("calendar-phone-russian")
    for name in ("Диалоги", "Друзья", "Приглашения", "Профиль"):
        visitor.go(name)
        expect(visitor.page.get_by_role("heading", level=1)).to_have_text(name)
        assert visitor.barriers() == []
        assert visitor.page.evaluate("document.documentElement.scrollWidth") == 360
        visitor.picture(f"{name}-phone-russian")


def test_what_repeats_is_said_as_russians_say_it(someone: SomeOne, window: Window) -> None:
    visitor = window(someone(name="Анна"), locale="ru-RU", timezone_id="Europe/Moscow", **PHONE)
    visitor.open("#/new/2031-11-21")
    visitor.field("Название").fill("Баня")
    visitor.field("Повторение").select_option("Каждую неделю")
    visitor.field("Раз в").fill("2")
    visitor.field("Завершение").select_option("В определённый день")
    visitor.field("Последняя дата").fill("2032-03-01")
    said = visitor.dialog.locator(".in-words")
    expect(said).to_contain_text("Каждую вторую пятницу до 1 марта")
    expect(said).to_contain_text("Ближайшие даты: 21 нояб. 2031 г., 5 дек. 2031 г.")
    visitor.picture("new-series-phone-russian")
    assert visitor.barriers() == []
    visitor.button("Сохранить").click()
    expect(visitor.heading("Баня")).to_be_visible()
    expect(visitor.page.get_by_text("Каждую вторую пятницу до 1 марта")).to_be_visible()

    for view, name in (("week", "Неделя"), ("day", "День"), ("agenda", "Список")):
        visitor.open(f"#/{view}/2031-11-21")
        expect(visitor.link(name)).to_have_attribute("aria-current", "true")
        expect(visitor.link(re.compile("Баня")).first).to_be_visible()
        assert visitor.barriers() == []
        assert visitor.page.evaluate("document.documentElement.scrollWidth") == 360
        visitor.picture(f"{view}-phone-russian")

    visitor.link(re.compile("Баня")).first.click()
    visitor.button("Удалить").click()
    expect(visitor.dialog.get_by_label("Это и все следующие")).to_be_visible()
    visitor.picture("which-occurrences-phone-russian")


def test_the_language_is_chosen_and_remembered(someone: SomeOne, window: Window) -> None:
    visitor = window(someone())
    visitor.open()
    visitor.page.get_by_label("Language").select_option("Русский")
    expect(visitor.button("Новое событие")).to_be_visible()
    visitor.open("#/friends")
    expect(visitor.heading("Друзья").first).to_be_visible()


def test_the_front_page_speaks_russian_too(window: Window) -> None:
    visitor = window(locale="ru-RU")
    visitor.open()
    expect(visitor.link("Войти")).to_be_visible()
    visitor.picture("welcome-light-russian")


def test_a_look_is_chosen_and_remembered(someone: SomeOne, window: Window) -> None:
    visitor = window(someone())
    visitor.open("#/profile")
    light = visitor.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    visitor.page.get_by_text("Dark").click()
    visitor.page.reload()
    expect(visitor.page.get_by_role("radio", name="Dark")).to_be_checked()
    assert visitor.page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != light
