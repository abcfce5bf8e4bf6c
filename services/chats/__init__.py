"""chats: what people say to each other, and who may read it.

Owns: chats (who takes part, the latest message, the clock) and messages.
Offers: the calls in `services.contracts.chats`.
Announces: nothing yet.
Hears: FriendshipChangedV1 (from users), MembershipChangedV1 (from events).
"""
