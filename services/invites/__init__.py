"""invites: who asks whom to be a friend or to join an event, and the answers.

Owns: invitations (one document each).
Answers: the calls in `services.contracts.invites`.
Publishes: FriendInviteAcceptedV1, EventInviteAcceptedV1, EventInviteEndedV1, InviteChangedV1
Handles: FriendshipChangedV1, MembershipChangedV1, InvitationsRevokedV1
"""
