"""streams: the feeds of which live streams are made, one for each user, in one order.

Owns: feed entries, feed items (an entry's place in a user's feed), access cut-offs, last sequences.
Answers: the calls in `services.contracts.streams`.
Publishes: nothing; it broadcasts items to the gateway's processes (`streams.items`).
Handles: EventChangedV1, OccurrenceChangedV1, MessageChangedV1, InviteChangedV1, FriendshipChangedV1, ProfileChangedV1
"""
