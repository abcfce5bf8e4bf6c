"""What one process of a service does at a time, whichever of its replicas it is."""

from datetime import datetime

from pymongo.collection import Collection

from services.chassis.messaging.outbox import now
from services.chassis.mongo import Document, ignore_duplicate_key


def take_lease(leases: Collection[Document], name: str, *, until: datetime) -> bool:
    """Take a lease, unless another process has it. Atomic."""
    expired = {"_id": name, "until": {"$lte": now()}}
    update = {"$set": {"until": until}}
    with ignore_duplicate_key():  # another process has it
        leases.update_one(expired, update, upsert=True)
        return True
    return False
