"""Choosing one operation: its name and its record, from a random source and a sketch of the tree."""

import choices


class Operations:
    def __init__(self, random, sketch, is_old=False, is_counted=False):
        """`is_old` keeps to what 3.8.0 and 3.9 do alike: see `exceptions.NOT_FOR_OLD`. `is_counted`: quotas refuse."""
        self.random, self.sketch, self.is_old, self.is_counted = random, sketch, is_old, is_counted
        self.is_part = False  # Whether the operation is part of a multi.
        self.careful = False  # Whether the operation ought to succeed.
        self.watching = {}  # (path, kind) of the watches that a connection has probably set, newest last.
        self.table = [
            (self.create, 17), (self.create_sequential, 4), (self.create_kind, 3), (self.delete, 11),
            (self.set_data, 8), (self.read, 20), (self.children, 9), (self.get_acl, 3), (self.set_acl, 3),
            (self.multi, 7), (self.multi_read, 2), (self.sync, 1), (self.ping, 2), (self.add_watch, 3),
            (self.set_watches, 3), (self.check_watches, 4), (self.ephemerals, 1), (self.total, 1),
            (self.who_am_i, 1), (self.reconfig, 0.3),
        ]
        if is_old:
            self.table = [(make, weight) for make, weight in self.table if make != self.add_watch]

    def ordinary(self, link, symbol):
        self.link, self.symbol = link, symbol
        self.careful = self.random.random() < 0.4
        chosen = self.random.choices([make for make, _ in self.table], [weight for _, weight in self.table])[0]
        return chosen()

    def alone(self):
        """(name, record, whether the connection ends)"""
        roll = self.random.random()
        if roll < 0.1:
            return "auth", self.random.choice(choices.BAD_AUTH), True
        if roll < 0.8:
            return "auth", self.random.choice(choices.GOOD_AUTH), False
        if roll < 0.85:
            return "auth", self.random.choice([b"", b"\0\0\0\0\0\0\0\4abc"]), True
        if roll < 0.9:
            return "sasl", self.random.choice([(b"",), (b"token",)]), False
        unknown = [code for code in choices.UNKNOWN_OPCODES if not self.is_old or code != 13]
        return self.random.choice(unknown), b"\0\0\0\2/a\0\0\0\0", True

    @property
    def good_acls(self):
        readable = [acl for acl in choices.GOOD_ACLS if any(perms & 1 and who[0] == "world" for perms, who in acl)]
        return readable if self.is_old else choices.GOOD_ACLS

    def pick(self, *weighted):
        values, weights = zip(*weighted)
        return self.random.choices(values, weights)[0]

    # MARK: Fields

    def path(self, odd=0.05):
        roll = self.random.random()
        if self.careful or roll > 0.35:
            return self.random.choice(list(self.sketch.nodes))
        return self.odd_path() if roll < odd else self.fresh_path()

    def odd_path(self):
        path = self.random.choice(choices.ODD_PATHS)
        return "" if path is None and self.is_old else path

    def fresh_path(self):
        depth = self.random.choice([1, 1, 2, 2, 2, 3])
        return "".join("/" + self.random.choice(choices.NAMES) for _ in range(depth))

    def new_path(self):
        if self.careful:
            return self.careful_path()
        if self.random.random() < 0.05:
            return self.odd_path()
        if self.random.random() < 0.6:
            return self.fresh_path()
        parent = self.random.choice(list(self.sketch.nodes))
        if parent.count("/") > 4 or parent.endswith("/zookeeper_limits"):
            parent = ""
        return parent.rstrip("/") + "/" + self.random.choice(choices.NAMES)

    def careful_path(self):
        """A path that is free, under a node that may have children."""
        parents = [path for path, node in self.sketch.nodes.items() if node[2] is None and path.count("/") < 4
                   and not path.startswith("/zookeeper")]
        parent = self.random.choice(parents).rstrip("/")
        free = [name for name in choices.NAMES if f"{parent}/{name}" not in self.sketch.nodes]
        return f"{parent}/{self.random.choice(free) if free else f'x{self.random.randrange(100000)}'}"

    def leaf(self):
        leaves = self.sketch.leaves()
        return self.random.choice(leaves) if leaves and self.random.random() < 0.75 else self.path()

    def data(self):
        if self.random.random() < 0.002:
            return b"large" * self.random.randint(100, 40000)
        return self.random.choice([None, b"", b"x", b"0123456789", self.random.randbytes(self.random.randint(0, 40))])

    def acl(self):
        if self.careful:
            return choices.OPEN
        bad = [acl for acl in choices.BAD_ACLS if acl is not None or not (self.is_old and self.is_part)]
        return self.pick((choices.OPEN, 85), (self.random.choice(self.good_acls), 10), (self.random.choice(bad), 5))

    def version(self, path):
        known = self.sketch.version(path)
        if self.careful:
            return self.random.choice([-1, known])
        return self.pick((-1, 60), (known, 25), (known + 1, 6), (0, 4), (-2, 3), (2147483647, 1), (-2147483648, 1))

    def watch(self):
        return self.pick((0, 5), (1, 4), (2, 0.2))

    # MARK: Writes

    def create(self):
        odd = 0 if self.is_old and self.is_part else 5
        flags = self.pick((self.random.choice([0, 0, 0, 1]), 95), (self.random.choice(choices.ODD_FLAGS), odd))
        return self.create_name(), (self.new_path(), self.data(), self.acl(), flags)

    def create_name(self):
        return "create" if self.is_old and self.is_part else self.pick(("create", 3), ("create2", 2))

    def create_sequential(self):
        parent = self.random.choice(["/", "/a", "/b", "/a/b"])
        name = self.random.choice(["q-", "", ".", "l"])
        return (self.create_name(),
                (parent.rstrip("/") + "/" + name, self.data(), self.acl(), self.random.choice([2, 3])))

    def create_kind(self):
        if self.random.random() < 0.5:
            # Not the ephemeral flags: until such a container is applied, Apache refuses it children, afterwards not.
            flags = self.pick((4, 8), (self.random.choice([0, 2, 5, -1]), 0 if self.is_old and self.is_part else 2))
            return "createContainer", (self.new_path(), self.data(), self.acl(), flags)
        flags = self.pick((5, 5), (6, 4), (self.random.choice([0, 1, 4, 7, -1]), 0 if self.is_old else 1))
        ttl = self.random.choice(choices.TTLS if self.random.random() < 0.8 else choices.ODD_TTLS)
        if flags not in (5, 6) and ttl < 0:
            ttl = 1  # A negative one here shuts Apache down (section 3.8.1).
        return "createTTL", (self.new_path(), self.data(), self.acl(), flags, ttl)

    def delete(self):
        path = self.leaf()
        return "delete", (path, self.version(path))

    def set_data(self):
        path = self.path()
        if path and path.startswith("/zookeeper/quota/"):
            return "setData", (path, self.random.choice(choices.LIMITS), -1)
        return "setData", (path, self.data(), self.version(path))

    def set_acl(self):
        path = self.path()
        if path in ("", "/", "/a", "/b"):  # These stay open, or soon everything is forbidden.
            return "setACL", (path, choices.OPEN, self.random.choice([-1, 0, 1, 5]))
        acl = self.pick((choices.OPEN, 5), (self.random.choice(self.good_acls), 4),
                        (self.random.choice(choices.BAD_ACLS), 2))
        return "setACL", (path, acl, self.random.choice([-1, -1, -1, 0, 1, 2]))

    def multi(self):
        self.careful = self.random.random() < 0.7
        self.is_part = True
        operations = [self.part() for _ in range(self.random.choice([0, 1, 1, 2, 2, 3, 4, 6, 9]))]
        self.is_part = False
        if self.is_counted:
            operations = self.counted_once(operations)
        if self.random.random() < 0.04 and not self.is_old:
            odd = [self.read, self.set_acl, self.get_acl, self.children, self.add_watch]
            operations.insert(self.random.randint(0, len(operations)), self.random.choice(odd)())
        return "multi", operations

    @staticmethod
    def counted_once(operations):
        """Apache compares quotas with what is applied, not with what the multi does before."""
        changes = [number for number, (name, _) in enumerate(operations) if name != "check"]
        return [operation for number, operation in enumerate(operations) if number not in changes[1:]]

    def part(self):
        roll = self.random.random()
        if roll < 0.3:
            path = self.path()
            return "check", (path, self.version(path))
        make = self.pick((self.create, 5), (self.create_sequential, 2), (self.create_kind, 1), (self.delete, 4),
                         (self.set_data, 3))
        return make()

    def quota(self):
        """A quota comes, is looked at, and goes."""
        target = self.random.choice(["/a", "/b", "/a/b", "/c/d", "/none"])
        base = "/zookeeper/quota" + target
        parents = ["/zookeeper/quota" + target[:end] for end in range(2, len(target) + 1)
                   if end == len(target) or target[end] == "/"]
        return [
            *[("create", (path, b"", choices.OPEN, 0)) for path in parents],
            self.random.choice([("create", (base + "/zookeeper_limits", self.random.choice(choices.LIMITS),
                                            choices.OPEN, 0)),
                                ("setData", (base + "/zookeeper_limits", self.random.choice(choices.LIMITS), -1)),
                                ("delete", (base + "/zookeeper_limits", -1))]),
            self.random.choice([("create", (base + "/zookeeper_stats", b"count=0,bytes=0", choices.OPEN, 0)),
                                ("getData", (base + "/zookeeper_stats", 1)),
                                ("delete", (base + "/zookeeper_stats", -1))]),
            ("create", (target + "/quota-", b"12345", choices.OPEN, 2)), ("setData", (target, self.data(), -1)),
            ("getData", (base + "/zookeeper_stats", 0)), ("getChildren2", (base, 0)),
        ]

    # MARK: Reads, watches, and the rest

    def read(self):
        return self.pick(("getData", 3), ("exists", 2)), (self.path(), self.watch())

    def children(self):
        return self.pick(("getChildren", 1), ("getChildren2", 1)), (self.path(), self.watch())

    def get_acl(self):
        return "getACL", (self.path(),)

    def total(self):
        return "getAllChildrenNumber", (self.path(),)

    def multi_read(self):
        operations = [("getData" if self.random.random() < 0.5 else "getChildren", (self.path(), self.watch()))
                      for _ in range(self.random.choice([0, 1, 2, 4]))]
        if self.random.random() < 0.05:
            operations.append(self.part())
        return "multiRead", operations

    def sync(self):
        return "sync", (self.path(odd=0.3),)

    def ping(self):
        return "ping", None

    def who_am_i(self):
        return "whoAmI", None

    def reconfig(self):
        return "reconfig", self.random.choice([(None, None, "server.1=a:1:2;3", -1), ("", "2", None, 0),
                                               (None, None, None, 77)])

    def ephemerals(self):
        return "getEphemerals", (self.random.choice([None, "", " ", "/", "/a", "/e", "/none", "a"]),)

    def add_watch(self):
        return "addWatch", (self.path() or "/", self.pick((0, 5), (1, 5), (self.random.choice([2, -1, 7]), 1)))

    def check_watches(self):
        name = self.pick(("checkWatches", 1), ("removeWatches", 1))
        kind = self.pick((self.random.choice([1, 2, 3, 4, 5]), 9), (0, 0.3), (6, 0.3), (-1, 0.3))
        known = self.watching.get(self.link)
        if self.is_old:
            return "removeWatches", (self.random.choice(known)[0] if known else "/a", 3)
        if known and self.random.random() < 0.75:
            path, of = self.random.choice(known[-12:])
            return name, (path, self.pick((of, 5), (3, 2), (kind, 3)))
        return name, (self.path() or "/", kind)

    def set_watches(self):
        name = self.random.choice(["setWatches", "setWatches2"])
        relative = self.pick((self.symbol(), 8), (0, 1), (9223372036854775807, 1), (-1, 1))
        lists = [self.watched() if of < 3 or not self.is_old else [] for of in range(3 if name == "setWatches" else 5)]
        if self.random.random() < 0.02 and not self.is_old:
            lists = [[] for _ in lists]
            lists[self.random.randrange(len(lists))] = None
        return name, (relative, *lists)

    def watched(self):
        return [path for path in (self.path(odd=0.02) for _ in range(self.random.choice([0, 0, 1, 2, 5])))
                if path is not None]

    # MARK: The sketch

    def foresee(self, link, name, record):
        """Notes in the sketch what the request will probably do."""
        self.sketch.apply(name, record, link)
        kinds = {"getData": 2, "exists": 2, "getChildren": 1, "getChildren2": 1}
        if name in kinds and record[1]:
            self.watching.setdefault(link, []).append((record[0], kinds[name]))
        elif name == "addWatch":
            self.watching.setdefault(link, []).append((record[0], 4 + record[1] % 2))
        elif name in ("setWatches", "setWatches2"):
            self.watching.setdefault(link, []).extend(
                (path, of) for paths, of in zip(record[1:], (2, 2, 1, 4, 5)) for path in paths or [])
