"""users: profiles, and who is whose friend.

Owns: profiles, friendships (one document for each pair).
Answers: the calls in `services.contracts.users`.
Publishes: FriendshipChangedV1, ProfileChangedV1
Handles: FriendInviteAcceptedV1
"""
