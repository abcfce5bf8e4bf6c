"""What every store of profiles and friendships does."""

from services.contracts.ids import new_id
from services.users.model import Profile


def profile(name="Anna", **fields):
    return Profile(
        **{
            "id": new_id(),
            "google_id": new_id(),
            "name": name,
            "email": f"{name}@example.test",
            "picture": "",
            "birthday": None,
            **fields,
        }
    )


def test_a_saved_profile_is_found_by_its_id(users):
    anna = profile(birthday="1990-02-03", picture="https://pictures.test/a")
    assert users.save_profile(anna, operation_id=new_id()) == anna.id
    assert users.find_profile(anna.id) == anna


def test_a_second_log_in_refreshes_the_profile_and_keeps_its_id(users):
    first = profile("Anna")
    users.save_profile(first, operation_id=new_id())
    again = profile("Anna Maria", google_id=first.google_id)
    assert users.save_profile(again, operation_id=new_id()) == first.id
    assert users.find_profile(first.id).name == "Anna Maria"
    assert users.find_profile(again.id) is None


def test_the_same_sub_of_two_providers_is_two_users(users):
    one = profile(issuer="https://one.test")
    other = profile(issuer="https://other.test", google_id=one.google_id)
    for each in (one, other, one):
        assert users.save_profile(each, operation_id=new_id()) == each.id
    assert [users.find_profile(each.id) for each in (one, other)] == [one, other]


def test_a_profile_that_names_no_issuer_becomes_the_first_ones_and_nobody_elses(users):
    earlier = profile()
    users.save_profile(earlier, operation_id=new_id())
    again = profile(issuer="https://one.test", google_id=earlier.google_id)
    stranger = profile(issuer="https://other.test", google_id=earlier.google_id)

    assert users.save_profile(again, operation_id=new_id()) == earlier.id
    assert users.save_profile(stranger, operation_id=new_id()) == stranger.id
    assert users.find_profile(earlier.id).issuer == "https://one.test"


def test_all_profiles_that_name_no_issuer_are_the_first_ones_before_they_log_in(users):
    earlier = profile()
    users.save_profile(earlier, operation_id=new_id())
    users.save_profile(profile(issuer="https://one.test"), operation_id=new_id())
    stranger = profile(issuer="https://other.test", google_id=earlier.google_id)

    assert users.save_profile(stranger, operation_id=new_id()) == stranger.id
    again = profile(issuer="https://one.test", google_id=earlier.google_id)
    assert users.save_profile(again, operation_id=new_id()) == earlier.id


def test_profiles_are_listed_by_name_and_then_by_id(users):
    saved = [profile("Bob"), profile("Anna"), profile("Bob")]
    for one in saved:
        users.save_profile(one, operation_id=new_id())
    listed = users.list_profiles([one.id for one in saved] + [new_id()])
    assert [(one.name, one.id) for one in listed] == sorted((one.name, one.id) for one in saved)


def test_case_and_accents_do_not_matter_for_the_order(users):
    saved = [profile(name) for name in ("émile", "Zoë", "Ähren", "Emil", "ödön")]
    for one in saved:
        users.save_profile(one, operation_id=new_id())
    names = [one.name for one in users.list_profiles(one.id for one in saved)]
    assert names == ["Ähren", "Emil", "émile", "ödön", "Zoë"]


def test_of_a_pair_it_is_found_whether_the_other_one_exists_and_how_they_stand(users):
    anna, ben = profile("Anna"), profile("Ben")
    for one in (anna, ben):
        users.save_profile(one, operation_id=new_id())
    assert users.find_pair(anna.id, ben.id) == (True, None)
    assert users.find_pair(anna.id, new_id()) == (False, None)
    befriended = users.befriend(anna.id, ben.id, generation=0, operation_id=new_id())
    assert users.find_pair(anna.id, ben.id) == users.find_pair(ben.id, anna.id) == (True, befriended)


def test_the_friends_of_several_are_found_together(users):
    people = [profile(name) for name in ("Anna", "Ben", "Cleo", "Dora")]
    for one in people:
        users.save_profile(one, operation_id=new_id())
    anna, ben, cleo, dora = (one.id for one in people)
    for one, other in ((anna, ben), (ben, cleo), (cleo, dora)):
        users.befriend(one, other, generation=0, operation_id=new_id())
    users.unfriend(ben, cleo, operation_id=new_id())
    found = users.list_profiles_and_friends([anna, ben, cleo])
    assert {profile.id: friends for profile, friends in found} == {anna: {ben}, ben: {anna}, cleo: {dora}}
    assert users.list_profiles_and_friends([]) == []


def test_a_friendship_is_made_once_and_knows_both(users):
    one, other = sorted([new_id(), new_id()])
    made = users.befriend(other, one, generation=0, operation_id=new_id())
    assert (made.pair, made.friends, made.generation) == ((one, other), True, 0)
    assert users.befriend(one, other, generation=0, operation_id=new_id()) is None
    assert users.list_friend_ids(one) == [other]
    assert users.list_friend_ids(other) == [one]


def test_ending_a_friendship_opens_the_next_generation(users):
    one, other = new_id(), new_id()
    made = users.befriend(one, other, generation=0, operation_id=new_id())
    ended = users.unfriend(other, one, operation_id=new_id())
    assert (ended.friends, ended.generation) == (False, 1)
    assert ended.version > made.version
    assert ended.dialog_id == made.dialog_id
    assert users.list_friend_ids(one) == []
    assert users.unfriend(one, other, operation_id=new_id()) is None


def test_an_invitation_of_an_ended_generation_makes_no_friendship(users):
    one, other = new_id(), new_id()
    users.befriend(one, other, generation=0, operation_id=new_id())
    users.unfriend(one, other, operation_id=new_id())
    assert users.befriend(one, other, generation=0, operation_id=new_id()) is None
    assert users.befriend(one, other, generation=1, operation_id=new_id()).friends


def test_a_friendship_remembers_the_operations_that_changed_it(users):
    one, other, operation_id = new_id(), new_id(), new_id()
    users.befriend(one, other, generation=0, operation_id=new_id())
    users.unfriend(one, other, operation_id=operation_id)
    assert users.find_operation(other, one, operation_id) == users.find_friendship(one, other)
    assert users.find_operation(one, other, new_id()) is None


def test_strangers_have_no_friendship(users):
    assert users.find_friendship(new_id(), new_id()) is None
