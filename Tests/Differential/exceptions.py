"""The differences that are meant, each with its reason, each as narrow as it can be, and counted in the report.

Never sent, because Apache's answer would end the comparison (section 3.8 and 15.3 of the protocol):
- opcode 20 (deleteContainer) and -10 (createSession) from clients: Apache obeys, Aviary refuses with -6.
- createTTL with flags that have no TTL and a negative ttl: shuts Apache down, Aviary answers -8.
- a wrong password for a session whose connection is alive: Apache closes the live connection.
- malformed quota text: Apache's apply thread throws.
"""




def excuse(request, left, right, reason, releases):
    """The name of the exception that explains the mismatch, or nothing."""
    for name, (_, explains) in EXCEPTIONS.items():
        if explains(request, left, right, reason, releases):
            return name
    return None


EXCEPTIONS = {}
