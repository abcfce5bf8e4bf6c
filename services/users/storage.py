"""Profiles and friendships in MongoDB.

profiles      {_id, issuer, google_id, name, email, picture, birthday, folded, grams: [..], version,
               outbox, outbox_due_at, outbox_lease}    `issuer` is missing in what 0.1.0 has stored
friendships   {_id: "a-b", user_ids, friends, generation, version, operations, operated_at,
               outbox, outbox_due_at, outbox_lease}

`folded` is name and e-mail as the search compares them, with a character between that no search text contains.
"""

from collections.abc import Iterable

from pymongo import ASCENDING, ReturnDocument
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure

from services.chassis.messaging import outbox
from services.chassis.mongo import (
    CONFIRMED,
    FLAG,
    INTEGER,
    SINGLE_BATCH,
    TEXT,
    TEXT_OR_NULL,
    Document,
    array_of,
    ignore_duplicate_key,
    merged,
    shape,
    validated,
)
from services.contracts.errors import Code, Unavailable
from services.users.model import GRAM_SIZE, Friendship, Profile, grams_of, pair_of, searchable

BETWEEN = "\0"
INDEX_NOT_FOUND = 27
_BY_NAME = [("name", ASCENDING), ("_id", ASCENDING)]

PROFILE = shape(
    {
        **dict.fromkeys(("google_id", "name", "email", "picture", "folded"), TEXT),
        "birthday": TEXT_OR_NULL,
        "grams": array_of(TEXT),
        "version": INTEGER,
    },
    {"issuer": TEXT, **outbox.FIELDS},
)
FRIENDSHIP = shape(
    {"user_ids": array_of(TEXT), "friends": FLAG, "generation": INTEGER, "version": INTEGER}, outbox.FIELDS
)


def prepare(database: Database[Document]) -> None:
    """Make the collections, and the indexes that the rules and the queries rely on. Idempotent."""
    profiles, friendships = validated(database, "profiles", PROFILE), validated(database, "friendships", FRIENDSHIP)
    profiles.create_index([("issuer", ASCENDING), ("google_id", ASCENDING)], unique=True)
    _drop_index(profiles, "google_id_1")  # of 0.1.0, where the key was `google_id` alone
    profiles.create_index([("grams", ASCENDING), *_BY_NAME, ("folded", ASCENDING)])
    friendships.create_index([("user_ids", ASCENDING), ("friends", ASCENDING), ("_id", ASCENDING)])
    for collection in (friendships, profiles):
        collection.create_index(outbox.INDEX, sparse=True)


def outboxes(database: Database[Document]) -> list[outbox.Outbox]:
    """Return the outboxes of friendships and profiles."""
    return [
        outbox.Outbox(
            database.friendships, lambda document, entry: [_friendship(document).to_domain_event(entry["id"])]
        ),
        outbox.Outbox(database.profiles, lambda document, entry: [_profile(document).to_domain_event(entry["id"])]),
    ]


class MongoUserStore:
    """Profiles and friendships."""

    def __init__(self, database: Database[Document]) -> None:
        self._profiles: Collection[Document] = database.profiles
        self._friendships: Collection[Document] = database.friendships
        self._confirmed = database.friendships.with_options(read_concern=CONFIRMED)
        self._confirmed_profiles = database.profiles.with_options(read_concern=CONFIRMED)

    def save_profile(self, profile: Profile, *, operation_id: str) -> str:
        folded = [searchable(profile.name), searchable(profile.email)]
        fields: Document = {
            "name": profile.name,
            "email": profile.email,
            "picture": profile.picture,
            "birthday": profile.birthday,
            "folded": BETWEEN.join(folded),
            "grams": grams_of(*folded),
        }
        key: Document = {"issuer": profile.issuer, "google_id": profile.google_id}
        saved_id = self._refresh_profile(key, fields, operation_id)
        if saved_id is None and self._adopt_profiles(profile.issuer):
            saved_id = self._refresh_profile(key, fields, operation_id)
        if saved_id is None:
            saved_id = self._insert_profile(profile, fields)
        if saved_id is None:  # the same user has logged in elsewhere at the same time
            saved_id = self._refresh_profile(key, fields, operation_id)
        if saved_id is None:
            raise Unavailable(Code.WRITE_CONTENDED, "the profile is neither known nor new; try again")
        return saved_id

    def _adopt_profiles(self, issuer: str | None) -> int:
        """Give the profiles that name no issuer to this one: there was no other. Returns how many there were."""
        if issuer is None:
            return 0
        return self._profiles.update_many({"issuer": None}, {"$set": {"issuer": issuer}}).modified_count

    def _insert_profile(self, profile: Profile, fields: Document) -> str | None:
        issuer = {} if profile.issuer is None else {"issuer": profile.issuer}
        with ignore_duplicate_key():
            self._profiles.insert_one(
                {"_id": profile.id, **issuer, "google_id": profile.google_id, "version": 1, **fields}
            )
            return profile.id
        return None

    def _refresh_profile(self, key: Document, fields: Document, operation_id: str) -> str | None:
        """Update what has changed. Of two log-ins at once the last one counts.

        That nothing has changed is read where no election can take it back.
        """
        known = self._confirmed_profiles.find_one(key)
        if known is None:
            return None
        if any(known[name] != value for name, value in fields.items()):
            changed: outbox.Update = {"$set": fields, "$inc": {"version": 1}}
            update = merged(changed, outbox.add_entry(outbox.entry(operation_id, "changed")))
            self._profiles.update_one({"_id": known["_id"]}, update)
        user_id: str = known["_id"]
        return user_id

    def find_profile(self, user_id: str) -> Profile | None:
        document = self._profiles.find_one({"_id": user_id}, _PROFILE_FIELDS)
        return None if document is None else _profile(document)

    def list_profiles(self, user_ids: Iterable[str]) -> list[Profile]:
        found = self._profiles.find({"_id": {"$in": list(user_ids)}}, _PROFILE_FIELDS, batch_size=SINGLE_BATCH)
        return [_profile(document) for document in found.sort(_BY_NAME)]

    def search_profiles(self, text: str, *, offset: int, limit: int) -> list[Profile]:
        # The index of grams narrows the search down, gives the order, and has the folded text, in which a text longer
        # than a gram is looked for. That is computed, since a filter would read each candidate: like this only the
        # profiles that are returned are read.
        wanted = searchable(text)
        contains = {"$gte": [{"$indexOfBytes": ["$folded", {"$literal": wanted}]}, 0]}
        itself = {"from": self._profiles.name, "localField": "_id", "foreignField": "_id", "as": "profile"}
        pipeline: list[Document] = [
            {"$match": {"grams": wanted[:GRAM_SIZE]}},
            {"$sort": dict(_BY_NAME)},
            {"$project": {"contains": contains}},
            {"$match": {"contains": True}},
            {"$skip": offset},
            {"$limit": limit},
            {"$lookup": itself},
        ]
        return [_profile(document) for found in self._profiles.aggregate(pipeline) for document in found["profile"]]

    def find_friendship(self, one: str, other: str) -> Friendship | None:
        document = self._friendships.find_one({"_id": _key(pair_of(one, other))})
        return None if document is None else _friendship(document)

    def list_friendships(self, pairs: list[tuple[str, str]]) -> list[Friendship]:
        return [_friendship(document) for document in self._friendships.find({"_id": {"$in": [*map(_key, pairs)]}})]

    def list_friend_ids(self, user_id: str) -> list[str]:
        # They are in the keys, so that the index alone answers.
        mine = {"user_ids": user_id, "friends": True}
        found = self._friendships.find(mine, {"_id": 1}, batch_size=SINGLE_BATCH)
        # By the other one's id, which is the first or the second half of a key: no index has that order.
        return sorted(other for document in found for other in _pair(document["_id"]) if other != user_id)

    def befriend(self, one: str, other: str, *, generation: int, operation_id: str) -> Friendship | None:
        pair = pair_of(one, other)
        befriended: outbox.Update = {"$set": {"friends": True}, "$inc": {"version": 1}}
        document = self._friendships.find_one_and_update(
            {"_id": _key(pair), "friends": False, "generation": generation},
            merged(
                befriended,
                outbox.add_entry(outbox.entry(operation_id, "befriended")),
                outbox.remember_operation(operation_id),
            ),
            return_document=ReturnDocument.AFTER,
        )
        if document is None and generation == 0:
            document = self._insert_friendship(pair, operation_id)
        return None if document is None else _friendship(document)

    def _insert_friendship(self, pair: tuple[str, str], operation_id: str) -> Document | None:
        first: Document = {
            "_id": _key(pair),
            "user_ids": list(pair),
            "friends": True,
            "generation": 0,
            "version": 1,
            **outbox.new_outbox(operation_id, outbox.entry(operation_id, "befriended")),
        }
        with ignore_duplicate_key():
            self._friendships.insert_one(first)
            return first
        return None

    def unfriend(self, one: str, other: str, *, operation_id: str) -> Friendship | None:
        friends = {"_id": _key(pair_of(one, other)), "friends": True, **outbox.has_not_done(operation_id)}
        ended: outbox.Update = {"$set": {"friends": False}, "$inc": {"version": 1, "generation": 1}}
        update = merged(
            ended, outbox.add_entry(outbox.entry(operation_id, "ended")), outbox.remember_operation(operation_id)
        )
        document = self._friendships.find_one_and_update(friends, update, return_document=ReturnDocument.AFTER)
        return None if document is None else _friendship(document)

    def find_operation(self, one: str, other: str, operation_id: str) -> Friendship | None:
        document = self._confirmed.find_one({"_id": _key(pair_of(one, other)), "operations": operation_id})
        return None if document is None else _friendship(document)

    def find_confirmed(self, one: str, other: str) -> Friendship | None:
        document = self._confirmed.find_one({"_id": _key(pair_of(one, other))})
        return None if document is None else _friendship(document)


_PROFILE_FIELDS = {"issuer": 1, "google_id": 1, "name": 1, "email": 1, "picture": 1, "birthday": 1}


def _drop_index(collection: Collection[Document], name: str) -> None:
    try:
        collection.drop_index(name)
    except OperationFailure as exc:
        if exc.code != INDEX_NOT_FOUND:
            raise


def _key(pair: tuple[str, str]) -> str:
    return "-".join(pair)


def _pair(key: str) -> list[str]:
    return key.split("-")


def _profile(document: Document) -> Profile:
    return Profile(
        id=document["_id"],
        issuer=document.get("issuer"),
        google_id=document["google_id"],
        name=document["name"],
        email=document["email"],
        picture=document["picture"],
        birthday=document["birthday"],
    )


def _friendship(document: Document) -> Friendship:
    one, other = document["user_ids"]
    return Friendship(
        pair=(one, other),
        friends=document["friends"],
        generation=document["generation"],
        version=document["version"],
        remembers_since_ms=outbox.remembers_since_ms(document),
    )
