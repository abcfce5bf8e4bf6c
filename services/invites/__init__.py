"""invites: who asked whom to join what, and the answers.

Owns: invitations (one document each).
Offers: the calls in `services.contracts.invites`.
Announces: FriendInviteAcceptedV1, EventInviteAcceptedV1, EventInviteEndedV1.
Hears: FriendshipChangedV1 (from users), MembershipChangedV1 (from events).
"""
