"""Friends of the current user."""

from gateway.http.fields import Id, Model
from gateway.schemas.examples import ANNA, EVENT, PROFILE, example
from gateway.schemas.users import PublicProfile


class Friend(PublicProfile):
    """A friend in the list of friends."""


class FriendPage(Friend):
    """A friend, with their friends and with those of their events that I may see."""

    model_config = example(PROFILE | {"event_id_list": [EVENT], "friend_id_list": [ANNA]})

    event_id_list: list[str]
    friend_id_list: list[str]


class FriendQuery(Model):
    """Which friend."""

    id: Id
