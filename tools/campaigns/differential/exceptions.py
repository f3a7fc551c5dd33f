"""The differences that are meant, each with its reason, each as narrow as it can be, and counted in the report.

Never sent, because Apache's answer would end the comparison (section 3.8 and 15.3 of the protocol):
- opcode 20 (deleteContainer) and -10 (createSession) from clients: Apache obeys, Aviary refuses with -6.
- createTTL with flags that have no TTL and a negative ttl: shuts Apache down, Aviary answers -8.
- a wrong password for a session whose connection is alive: Apache closes the live connection.
- malformed quota text: Apache's apply thread throws.
- children of limits: Apache, started again, does not take limits with children for limits, Aviary does as before.
- null paths of watches, beside watches of the empty path: Aviary takes one for the other.
- two changes in one multi where quotas refuse: Apache compares each with what is applied, Aviary with what is under
  way.
- a null vector in a setWatches that has watches in its other vectors: Apache answers -5 after it set some of them.
"""


def excuse(request, left, right, reason, releases):
    """The name of the exception that explains the mismatch, or nothing."""
    for name, (explains,) in EXCEPTIONS.items():
        if explains(request, left, right, reason, releases):
            return name
    return None


def event_zxid_before_3_9(_, left, right, reason, releases):
    return ("3.8.0" in releases and left and right and left[0] == right[0] == "event" and left[2] == right[2]
            and -1 in (left[1], right[1]))


def is_pair_of_replies(left, right):
    return left and right and left[0] == right[0] == "reply"


def null_vector(request, left, right, *_):
    """Section 6.6: a null vector is an empty one."""
    return (request and request[1] in ("setWatches", "setWatches2") and None in request[2]
            and (request[3] is None or request[3][0] == "tail")
            and is_pair_of_replies(left, right) and (left[3], right[3]) == (-5, 0))


def results_behind_an_error(request, left, right, *_):
    """Section 3.1: no body where there is an error."""
    return (request and request[1] == "multiRead" and is_pair_of_replies(left, right)
            and left[3] == right[3] == -5 and left[6] == "raw" and right[6] is None)


def order_of_identities(_, left, right, *__):
    """Section 9.4: `auth` stands for each identity of the connection, and Apache keeps those in no order."""
    if not is_pair_of_replies(left, right) or (left[6], right[6]) != ("GetACLResponse", "GetACLResponse"):
        return False
    one, other = left[7][0], right[7][0]
    moved = [entry for entry, instead in zip(one, other) if entry != instead]
    return (one is not None and other is not None and sorted(one, key=repr) == sorted(other, key=repr)
            and len({(perms, who[0]) for perms, who in moved}) == 1 and moved[0][1][0] == "digest")


def root_counted_as_its_own_child(request, left, right, *_):
    """Section 3.8.11; by its other name, the empty path, Apache counts the root as well."""
    return (request and request[1] == "getAllChildrenNumber" and is_pair_of_replies(left, right)
            and left[3] == right[3] == 0 and left[7][0] == right[7][0] + 1
            and (request[2][0] == "" or request[3] == ("patch", 0, b"\0\0\0\0")))


EXCEPTIONS = {
    "Apache counts the root among all children of the empty path": (root_counted_as_its_own_child,),
    "the order of the identities that `auth` stands for": (order_of_identities,),
    "Apache answers -5 to a null vector in setWatches": (null_vector,),
    "Apache sends the results so far behind the -5 of a multiRead": (results_behind_an_error,),
    "events of 3.8 carry no zxid (3.9.0: the transaction's)": (event_zxid_before_3_9,),
}

#: What 3.9 changed (section 15.1 of the protocol) and programs for 3.8.0 therefore leave out.
NOT_FOR_OLD = [
    "addWatch and persistent lists of setWatches2: in 3.8 the last mode of a path wins, in 3.9 modes coexist",
    "checkWatches, and removeWatches of types other than 3: types 4 and 5 are new, the others match any mode in 3.8",
    "ACLs that do not let everybody read: exists and events need READ since 3.8.4 and 3.9.2",
    "check outside a multi: refused since 3.8.5 and 3.9.3, before that it is written to the log",
    "odd flags inside a multi: 3.8.0 answers -8 for the operation, later releases -5 for all of it",
    "null ACLs inside a multi: 3.8.0 answers -114 for the operation, later releases -5 for all of it",
    "create2 inside a multi: 3.8.0 answers as to a create, without Stat",
    "null paths: a null path inside a multi ends in a -5 with a body in 3.8.0",
    "undecodable requests: an undecodable write uses up a zxid in 3.8 and none in 3.9",
]
