"""chats: messages, and who may read and write them.

Owns: messages; replicas of who takes part in an event or is whose friend.
Answers: the calls in `services.contracts.chats`.
Publishes: MessageChangedV1
Handles: FriendshipChangedV1, MembershipChangedV1
"""
