"""Profiles and friendships in MongoDB.

profiles      {_id, issuer, google_id, name, email, picture, birthday,
               sort_name, folded_name, folded_email, name_grams: [..], folding,
               version, outbox, outbox_due_at, outbox_lease}    `issuer` is missing in what 0.1.0 has stored
friendships   {_id: "a-b", user_ids, friends, generation, version, operations, operated_at,
               outbox, outbox_due_at, outbox_lease}
issuers       {_id: "unnamed", issuer}    whose the profiles are that name none

`folded_name` has the forms of the name as the search compares them, with a character between that no search text has;
`folding` names the rules by which they were made. `folded` and `grams` are what version 0.1.0 searches in. They are
empty: a document in which they are not was written by that version, and is folded again at the next start.
"""

from collections.abc import Iterable

import pymongo
from pymongo import ASCENDING, ReturnDocument, UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database

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
    drop_index,
    ignore_duplicate_key,
    merged,
    shape,
    validated,
)
from services.chassis.timely import timely
from services.contracts.errors import Code, Unavailable
from services.users.folding import FOLDING, fold, pattern_of
from services.users.model import (
    OVERLONG,
    Friendship,
    Pair,
    Profile,
    SearchTerms,
    SortKey,
    grams_to_look_up,
    is_address,
    is_gram,
    name_of,
    page_of,
    pair_of,
    window,
)

BETWEEN = "\0"
COUNTED = 1000
"""Names with a gram that are counted to find the rarest of a text: beyond that, one is as good as another."""
FOLDED_AT_ONCE = 50
UNNAMED = "unnamed"
PREPARE_LIMIT_S = 600
"""For an index over what is there already, in place of the limit for one operation."""

_BY_NAME = [("sort_name", ASCENDING), ("_id", ASCENDING)]
_BY_EMAIL = [("_id", ASCENDING), ("sort_name", ASCENDING), ("folded_email", ASCENDING), ("folded_name", ASCENDING)]
_0_1_0: Document = {"folded": "", "grams": []}
_OUTDATED: Document = {"$or": [{"folding": {"$ne": FOLDING}}, {"grams.0": {"$exists": True}}]}

PROFILE = shape(
    {
        **dict.fromkeys(("google_id", "name", "email", "picture"), TEXT),
        **dict.fromkeys(("sort_name", "folded_name", "folded_email", "folding"), TEXT),
        "birthday": TEXT_OR_NULL,
        "name_grams": array_of(TEXT),
        "version": INTEGER,
    },
    {"issuer": TEXT, "folded": TEXT, "grams": array_of(TEXT), **outbox.FIELDS},
)
ISSUER = shape({"issuer": TEXT})
FRIENDSHIP = shape(
    {"user_ids": array_of(TEXT), "friends": FLAG, "generation": INTEGER, "version": INTEGER}, outbox.FIELDS
)


def prepare(database: Database[Document]) -> None:
    """Make the collections and the indexes that the rules and the queries rely on, and fold what was folded otherwise.

    Idempotent: what was interrupted goes on at the next start.
    """
    profiles, friendships = validated(database, "profiles", PROFILE), validated(database, "friendships", FRIENDSHIP)
    validated(database, "issuers", ISSUER)
    with pymongo.timeout(PREPARE_LIMIT_S):
        _index(profiles, friendships)
    _fold_outdated(profiles)


def _index(profiles: Collection[Document], friendships: Collection[Document]) -> None:
    profiles.create_index([("issuer", ASCENDING), ("google_id", ASCENDING)], unique=True)
    drop_index(profiles, "google_id_1")  # of 0.1.0, where the key was `google_id` alone
    profiles.create_index([("name_grams", ASCENDING), *_BY_NAME, ("folded_name", ASCENDING)])
    profiles.create_index(_BY_EMAIL)
    profiles.create_index([("folded_email", ASCENDING), *_BY_NAME, ("folded_name", ASCENDING)])
    profiles.create_index("folding")
    profiles.create_index("grams.0", sparse=True)
    friendships.create_index([("user_ids", ASCENDING), ("friends", ASCENDING), ("_id", ASCENDING)])
    for collection in (friendships, profiles):
        collection.create_index(outbox.INDEX, sparse=True)
    for name, index in profiles.index_information().items():
        if index["key"][0][0] == "grams":  # of version 0.1.0: thousands of entries for a long name
            profiles.drop_index(name)


def _fold_outdated(profiles: Collection[Document]) -> None:
    """Fold the names and e-mails of all profiles that were not folded by these rules, some at a time.

    A profile that changes meanwhile is left to whoever changes it. Version 0.1.0 stored the e-mail as a missing name.
    """
    wanted = {"name": 1, "email": 1, "version": 1}
    while outdated := list(profiles.find(_OUTDATED, wanted).limit(FOLDED_AT_ONCE)):
        profiles.bulk_write([_folded_again(document) for document in outdated], ordered=False)


def _folded_again(document: Document) -> UpdateOne:
    name = name_of(document["name"], document["email"])
    fields = {"name": name, **search_fields(name=name, email=document["email"])}
    return UpdateOne({"_id": document["_id"], "version": document["version"]}, {"$set": fields})


def search_fields(*, name: str, email: str) -> Document:
    """Return the fields by which a profile is found."""
    terms = SearchTerms.of(name=name, email=email)
    return {
        "sort_name": terms.sort_name,
        "folded_name": BETWEEN.join(terms.name_forms),
        "folded_email": terms.email,
        "name_grams": list(terms.name_grams),
        "folding": FOLDING,
        **_0_1_0,
    }


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

    def __init__(self, database: Database[Document], relay: outbox.Relay | None = None) -> None:
        self._relay = relay or outbox.NoRelay()
        self._profiles: Collection[Document] = timely(database.profiles)
        self._friendships: Collection[Document] = timely(database.friendships)
        self._confirmed = database.friendships.with_options(read_concern=CONFIRMED)
        self._confirmed_profiles = database.profiles.with_options(read_concern=CONFIRMED)
        self._issuers: Collection[Document] = timely(database.issuers)
        self._confirmed_issuers = database.issuers.with_options(read_concern=CONFIRMED)
        self._known_issuer: str | None = None

    def save_profile(self, profile: Profile, *, operation_id: str) -> str:
        fields: Document = {
            "name": profile.name,
            "email": profile.email,
            "picture": profile.picture,
            "birthday": profile.birthday,
            **search_fields(name=profile.name, email=profile.email),
        }
        key: Document = {"issuer": profile.issuer, "google_id": profile.google_id}
        saved_id = self._refresh_profile(key, fields, operation_id)
        if saved_id is None and self._adopt_profile(profile):
            saved_id = self._refresh_profile(key, fields, operation_id)
        if saved_id is None:
            saved_id = self._insert_profile(profile, fields)
        if saved_id is None:  # the same user has logged in elsewhere at the same time
            saved_id = self._refresh_profile(key, fields, operation_id)
        if saved_id is None:
            raise Unavailable(Code.WRITE_CONTENDED, "the profile is neither known nor new; try again")
        return saved_id

    def _adopt_profile(self, profile: Profile) -> bool:
        """Give a profile that names no issuer to this one, if such profiles are its; return whether there was one."""
        if profile.issuer is None or profile.issuer != self._issuer_of_unnamed(profile.issuer):
            return False
        unnamed = {"issuer": None, "google_id": profile.google_id}
        return self._profiles.update_one(unnamed, {"$set": {"issuer": profile.issuer}}).modified_count > 0

    def _issuer_of_unnamed(self, issuer: str) -> str:
        """Return whose the profiles are that name no issuer: the first that asks. It stays so for ever."""
        if self._known_issuer is None:
            with ignore_duplicate_key():
                self._issuers.insert_one({"_id": UNNAMED, "issuer": issuer})
            found = self._confirmed_issuers.find_one({"_id": UNNAMED})
            if found is None:
                raise Unavailable(Code.WRITE_CONTENDED, "it is unknown whose the profiles without an issuer are")
            self._known_issuer = found["issuer"]
        return self._known_issuer

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
        if any(known.get(name) != value for name, value in fields.items()):
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

    def search_profiles(
        self, text: str, *, known_ids: Iterable[str], by_address: bool, offset: int, limit: int
    ) -> list[Profile]:
        wanted = fold(text)
        others, rarest = self._look_up(wanted, known_ids, by_address=by_address)
        begin, length = window(len(others), offset=offset, limit=limit)
        named = self._list_by_name(wanted, rarest, offset=begin, limit=length)
        page = page_of(named, others, offset=offset, limit=limit)
        return self.list_profiles(user_id for _, user_id in page) if page else []

    def _list_by_name(self, wanted: str, gram: str, *, offset: int, limit: int) -> list[SortKey]:
        """List profiles in whose names a folded text is. The index of grams narrows them down, orders and decides.

        Whether a name contains the text is computed from the index entry, since a filter would read each candidate.
        """
        is_found: list[Document] = [
            {"$project": {"sort_name": 1, "is_found": _contains("folded_name", wanted)}},
            {"$match": {"is_found": True}},
        ]
        pipeline: list[Document] = [
            {"$match": {"name_grams": gram}},
            {"$sort": dict(_BY_NAME)},
            *([] if is_gram(wanted) else is_found),
            {"$skip": offset},
            {"$limit": limit},
            {"$project": {"sort_name": 1}},
        ]
        return [_sort_key(one) for one in self._profiles.aggregate(pipeline, batchSize=SINGLE_BATCH)]

    def _look_up(self, wanted: str, known_ids: Iterable[str], *, by_address: bool) -> tuple[list[SortKey], str]:
        """List what a folded text finds otherwise than by a gram of a name, and tell which of its grams is the rarest.

        One query. It counts up to `COUNTED` names of each gram.
        """
        grams = grams_to_look_up(wanted)
        pipeline = self._not_by_gram(wanted, known_ids, by_address=by_address)
        if len(grams) > 1:
            pipeline += [self._union(_count_names(gram)) for gram in grams]
        found = list(self._profiles.aggregate(pipeline, hint=dict(_BY_EMAIL), batchSize=SINGLE_BATCH))
        names = {one["gram"]: one["names"] for one in found if "gram" in one}
        others = {_sort_key(one) for one in found if "gram" not in one}
        return list(others), min(grams, key=lambda gram: names.get(gram, 0))

    def _not_by_gram(self, wanted: str, known_ids: Iterable[str], *, by_address: bool) -> list[Document]:
        """Build what finds profiles by the e-mail, or by a name that is too long for grams.

        The e-mails of those who are known are compared, in an index, and no others: these are found by the whole one.
        """
        in_name, in_email = _contains("folded_name", wanted), _contains("folded_email", wanted)
        by_email: Document = {"$project": {"sort_name": 1, "is_found": {"$and": [in_email, {"$not": in_name}]}}}
        by_name: Document = {"$project": {"sort_name": 1, "is_found": in_name}}
        pipeline: list[Document] = [
            {"$match": {"_id": {"$in": list(known_ids)}}},
            by_email,
            self._union([{"$match": {"name_grams": OVERLONG}}, by_name]),
        ]
        if by_address and is_address(wanted):
            pipeline.append(self._union([{"$match": {"folded_email": wanted}}, by_email]))
        pipeline.append({"$match": {"is_found": True}})
        return pipeline

    def _union(self, pipeline: list[Document]) -> Document:
        return {"$unionWith": {"coll": self._profiles.name, "pipeline": pipeline}}

    def find_friendship(self, one: str, other: str) -> Friendship | None:
        document = self._friendships.find_one({"_id": _key(pair_of(one, other))})
        return None if document is None else _friendship(document)

    def find_pair(self, user_id: str, other_id: str) -> tuple[bool, Friendship | None]:
        profile: list[Document] = [{"$match": {"_id": other_id}}, {"$project": {"_id": 1}}]
        pipeline: list[Document] = [
            {"$match": {"_id": _key(pair_of(user_id, other_id))}},
            {"$unionWith": {"coll": self._profiles.name, "pipeline": profile}},
        ]
        found = {document["_id"]: document for document in self._friendships.aggregate(pipeline)}
        is_known = found.pop(other_id, None) is not None
        return is_known, next(map(_friendship, found.values()), None)

    def list_friendships(self, pairs: list[tuple[str, str]]) -> list[Friendship]:
        return [_friendship(document) for document in self._friendships.find({"_id": {"$in": [*map(_key, pairs)]}})]

    def list_friend_ids(self, user_id: str) -> list[str]:
        # They are in the keys, so that the index alone answers.
        mine = {"user_ids": user_id, "friends": True}
        found = self._friendships.find(mine, {"_id": 1}, batch_size=SINGLE_BATCH)
        # By the other one's id, which is the first or the second half of a key: no index has that order.
        return sorted(other for document in found for other in _pair(document["_id"]) if other != user_id)

    def list_friendship_pairs(self, user_id: str) -> list[tuple[Pair, bool]]:
        # Whom a pair consists of is in the keys, so that the index alone answers.
        found = self._friendships.find({"user_ids": user_id}, {"friends": 1}, batch_size=SINGLE_BATCH)
        return [(pair_of(*_pair(document["_id"])), document["friends"]) for document in found]

    def list_profiles_and_friends(self, user_ids: Iterable[str]) -> list[tuple[Profile, set[str]]]:
        ids = list(user_ids)
        theirs: list[Document] = [
            {"$match": {"user_ids": {"$in": ids}, "friends": True}},
            {"$project": {"_id": 1}},  # the index alone answers
        ]
        pipeline: list[Document] = [
            {"$match": {"_id": {"$in": ids}}},
            {"$project": _PROFILE_FIELDS},
            {"$unionWith": {"coll": self._friendships.name, "pipeline": theirs}},
        ]
        profiles: list[Profile] = []
        friends: dict[str, set[str]] = {user_id: set() for user_id in ids}
        for document in self._profiles.aggregate(pipeline, batchSize=SINGLE_BATCH):
            if "google_id" in document:
                profiles.append(_profile(document))
                continue
            one, other = _pair(document["_id"])
            friends.get(one, set()).add(other)
            friends.get(other, set()).add(one)
        return [(profile, friends[profile.id]) for profile in profiles]

    def befriend(self, one: str, other: str, *, generation: int, operation_id: str) -> Friendship | None:
        pair = pair_of(one, other)
        first = self._insert_friendship(pair, operation_id) if generation == 0 else None
        if first is not None:
            return self._handed_over(first)
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
        return self._handed_over(document)

    def _handed_over(self, document: Document | None) -> Friendship | None:
        if document is None:
            return None
        self._relay.hand_over(document["_id"], [document])
        return _friendship(document)

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
        return self._handed_over(
            self._friendships.find_one_and_update(friends, update, return_document=ReturnDocument.AFTER)
        )

    def find_operation(self, one: str, other: str, operation_id: str) -> Friendship | None:
        document = self._confirmed.find_one({"_id": _key(pair_of(one, other)), "operations": operation_id})
        return None if document is None else _friendship(document)

    def find_confirmed(self, one: str, other: str) -> Friendship | None:
        document = self._confirmed.find_one({"_id": _key(pair_of(one, other))})
        return None if document is None else _friendship(document)


_PROFILE_FIELDS = {"issuer": 1, "google_id": 1, "name": 1, "email": 1, "picture": 1, "birthday": 1}


def _count_names(gram: str) -> list[Document]:
    """Count the names with a gram, up to a bound; nothing is returned if there are none."""
    counted: list[Document] = [{"$match": {"name_grams": gram}}, {"$limit": COUNTED}, {"$count": "names"}]
    return [*counted, {"$set": {"gram": {"$literal": gram}}}]


def _contains(field: str, wanted: str) -> Document:
    """Compute whether a folded text is in a field."""
    return {"$regexMatch": {"input": f"${field}", "regex": {"$literal": pattern_of(wanted)}}}


def _sort_key(document: Document) -> SortKey:
    return document["sort_name"], document["_id"]


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
