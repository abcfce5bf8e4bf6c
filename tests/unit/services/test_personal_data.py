"""What one may know of whom."""

import pytest

from services.contracts.errors import NotFound
from services.contracts.ids import new_id

BIRTHDAY = "1990-05-17"


@pytest.fixture
def users(world):
    return world.services["users"]


def person(users, name, email, birthday=BIRTHDAY):
    user_id = new_id()
    users.sign_in(
        issuer="https://accounts.example",
        google_id=user_id,
        name=name,
        email=email,
        picture="p",
        birthday=birthday,
        operation_id=user_id,
    )
    return user_id


@pytest.fixture
def anna(users):
    return person(users, "Anna", "anna@example.test")


@pytest.fixture
def bob(users):
    return person(users, "Bob", "bob@example.test")


def search(users, actor, text, by_address=True):
    found = users.search_users(actor_id=actor, text=text, by_address=by_address, offset=0, limit=9)
    return [(one["name"], one["email"], one["birthday"]) for one in found]


BOB_TO_STRANGERS = {"name": "Bob", "email": None, "picture": "p", "birthday": None}
BOB_TO_FRIENDS = BOB_TO_STRANGERS | {"email": "bob@example.test", "birthday": BIRTHDAY}


def test_a_stranger_sees_name_and_picture_and_a_friend_all_and_then_no_more(world, users, anna, bob):
    def seen():
        return users.get_user(actor_id=anna, user_id=bob)

    assert seen() == BOB_TO_STRANGERS | {"id": bob}
    world.befriend(anna, bob)
    assert seen() == BOB_TO_FRIENDS | {"id": bob}
    users.end_friendship(actor_id=anna, friend_id=bob, operation_id=new_id())
    assert seen() == BOB_TO_STRANGERS | {"id": bob}
    assert users.get_user(actor_id=bob, user_id=bob) == BOB_TO_FRIENDS | {"id": bob}


def test_an_unknown_user_is_unknown_to_everybody(users, anna):
    with pytest.raises(NotFound):
        users.get_user(actor_id=anna, user_id=new_id())
    assert users.is_known(user_id=anna)
    assert not users.is_known(user_id=new_id())


def test_a_search_shows_of_strangers_only_what_was_known_already(world, users, anna, bob):
    assert search(users, anna, "bob") == [("Bob", None, None)]
    assert search(users, anna, "bob@") == search(users, anna, "@example.test (") == []
    assert search(users, anna, "BOB@example.test") == [("Bob", "bob@example.test", None)]
    assert search(users, anna, "BOB@example.test", by_address=False) == []
    world.befriend(anna, bob)
    for text in ("bob", "bob@", "bob@example.test"):
        assert search(users, anna, text, by_address=False) == [("Bob", "bob@example.test", BIRTHDAY)]


def test_an_address_as_a_name_shows_no_address_if_that_is_switched_off(users, anna):
    person(users, "bob@example.test (Bob)", "bob@example.test")
    [(_, with_it, _)] = search(users, anna, "bob@example.test")
    [(_, without, _)] = search(users, anna, "bob@example.test", by_address=False)
    assert (with_it, without) == ("bob@example.test", None)


def test_i_find_myself_by_a_part_of_my_email(users, anna):
    assert search(users, anna, "anna@ex") == [("Anna", "anna@example.test", BIRTHDAY)]


def test_a_friend_of_a_friend_is_a_stranger(world, users, anna, bob):
    cleo = person(users, "Cleo", "cleo@example.test")
    world.befriend(anna, bob)
    world.befriend(bob, cleo)
    assert search(users, anna, "example") == [
        ("Anna", "anna@example.test", BIRTHDAY),
        ("Bob", "bob@example.test", BIRTHDAY),
    ]


@pytest.mark.parametrize("name", ["", "bob@example.test", "BOB@example.test"])
def test_an_address_never_stands_for_a_name(users, anna, name):
    nameless = person(users, name, "bob@example.test")
    assert users.get_user(actor_id=anna, user_id=nameless)["name"] == ""
    assert search(users, anna, "bob") == []


def test_who_may_see_a_profile_is_said_of_the_viewers_only(world, users, anna, bob):
    cleo = person(users, "Cleo", "cleo@example.test")
    world.befriend(anna, bob)
    world.befriend(anna, cleo)
    found = users.list_users(user_ids=[anna, bob], viewer_ids=[anna, bob])
    assert {one["id"]: one["known_to"] for one in found} == {anna: sorted([anna, bob]), bob: sorted([anna, bob])}
    [alone] = users.list_users(user_ids=[cleo], viewer_ids=[bob])
    assert (alone["known_to"], alone["email"]) == ([], "cleo@example.test")
