import { useEffect } from "preact/hooks";
import type { Id, Person } from "../api/types.ts";
import { readPerson, state } from "../store/store.ts";

/** Who somebody is; asked for when it is not known: a former friend, a former member, a stranger who invites. */
export function usePerson(id: Id | undefined): Person | undefined {
  const person = id ? state.value.people[id] : undefined;
  useEffect(() => {
    if (id && !person) void readPerson(id).catch(() => undefined);
  }, [id, person]);
  return person;
}
