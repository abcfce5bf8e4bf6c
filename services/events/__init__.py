"""events: what happens when, who takes part, and who may do what.

Owns: events with their members, rights and open invitations (one document an event).
Offers: the calls in `services.contracts.events`.
Announces: MembershipChangedV1.
Hears: EventInviteAcceptedV1, EventInviteEndedV1 (from invites).
"""
