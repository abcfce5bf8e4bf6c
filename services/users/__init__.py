"""users: who people are and who is whose friend.

Owns: profiles, friendships (one document a pair).
Offers: the calls in `services.contracts.users`.
Announces: FriendshipChangedV1.
Hears: FriendInviteAcceptedV1 (from invites).
"""
