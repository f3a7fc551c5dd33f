"""A small picture of the tree, so that most requests are meaningful; no comparison relies on it."""

import copy

import choices


class Sketch:
    """What the tree probably looks like: a node is [data version, created children, owner, whether it is open]."""

    def __init__(self):
        self.nodes = {path: [0, 0, None, True] for path in ("/", "/zookeeper", "/zookeeper/quota")}

    def apply(self, name, record, link):
        """Notes what the request will probably do; false when it will probably fail."""
        verb = {"create2": "create", "createContainer": "create", "createTTL": "create"}.get(name, name)
        return verb in ("create", "delete", "setData", "check", "multi") and getattr(self, verb)(record, link)

    def create(self, record, link):
        path, _, acl, flags, *ttl = record
        parent = self.nodes.get(self.parent(path)) if path and path.startswith("/") else None
        if parent is None or parent[2] is not None or not parent[3] or flags not in range(7):
            return False
        if acl not in [choices.OPEN, *choices.GOOD_ACLS] or bool(ttl) != (flags > 4) and flags != 4:
            return False
        if flags in (2, 3, 6):
            path = f"{path}{parent[1]:010d}"
        if path in self.nodes or path in choices.ODD_PATHS[:14] or path.endswith("/"):
            return False
        parent[1] += 1
        self.nodes[path] = [0, 0, link if flags in (1, 3) else None, acl == choices.OPEN]
        return True

    def delete(self, record, _):
        path, version = record
        if path not in self.nodes or self.has_children(path) or path.startswith("/zookeeper") and "quota/" not in path:
            return False
        parent = self.nodes.get(self.parent(path))
        if version not in (-1, self.nodes[path][0]) or parent is None or not parent[3]:
            return False
        del self.nodes[path]
        return True

    def setData(self, record, _):
        path, _, version = record
        if path not in self.nodes or version not in (-1, self.nodes[path][0]):
            return False
        self.nodes[path][0] += 1
        return True

    def check(self, record, _):
        return record[0] in self.nodes and record[1] in (-1, self.nodes[record[0]][0])

    def multi(self, record, link):
        before = copy.deepcopy(self.nodes)
        if all(self.apply(name, fields, link) for name, fields in record):
            return True
        self.nodes = before
        return False

    def learn(self, name, record, reply, link):
        """Notes what a request has done, from the oracle's reply: (kind, value) of a body without error."""
        kind, value = reply
        if kind == "multi":
            if all(result[0] != -1 or result[2] is None for result in value):
                for (part, fields), (_, _, of, result) in zip(record, value):
                    self.learn(part, fields, (of, result), link)
        elif kind in ("CreateResponse", "Create2Response"):
            path = value[0]
            self.nodes.setdefault(self.parent(path), [0, 0, None, True])[1] += 1
            self.nodes[path] = [0, 0, link if record[3] in (1, 3) and name in ("create", "create2") else None,
                                record[2] == choices.OPEN]
        elif name == "delete":
            self.nodes.pop(record[0], None)
        elif name == "setData" and record[0] in self.nodes:
            self.nodes[record[0]][0] = value[0][4]
        elif name == "setACL" and record[0] in self.nodes:
            self.nodes[record[0]][3] = record[1] == choices.OPEN

    def copied(self):
        other = Sketch()
        other.nodes = copy.deepcopy(self.nodes)
        return other

    def close(self, owner):
        for path in [path for path, node in self.nodes.items() if node[2] == owner]:
            del self.nodes[path]

    def parent(self, path):
        return path.rsplit("/", 1)[0] or "/"

    def has_children(self, path):
        return any(other.startswith(path.rstrip("/") + "/") for other in self.nodes if other != path)

    def leaves(self):
        return [path for path in self.nodes if not path.startswith("/zookeeper") and path != "/"
                and not self.has_children(path)]

    def version(self, path):
        return self.nodes.get(path, [0])[0]
