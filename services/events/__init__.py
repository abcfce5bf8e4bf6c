"""events: events with their members, rights, and permissions to join.

Owns: events (members, rights and open invitations in one document).
Answers: the calls in `services.contracts.events`.
Publishes: MembershipChangedV1, InvitationsRevokedV1, EventChangedV1, OccurrenceChangedV1
Handles: EventInviteAcceptedV1, EventInviteEndedV1
"""
