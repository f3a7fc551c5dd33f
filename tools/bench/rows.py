"""The rows of the comparison and their targets: Aviary's share of Apache's server CPU per operation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    name: str
    operations: str  # empty: sessions that come and go
    connections: int
    outstanding: int
    cpu_target: float | None = None
    size: int = 100

    def arguments(self):
        if not self.operations:
            return ["--turnover", "--connections", str(self.connections)]
        # 10,000 znodes, left in place for the next round.
        return ["--operations", self.operations, "--connections", str(self.connections),
                "--outstanding", str(self.outstanding), "--size", str(self.size), "--keys", "10000", "--keep"]


ROWS = [
    Row("getData 64×1", "getData", 64, 1, 0.5),
    Row("getData 8×100", "getData", 8, 100, 0.25),
    Row("setData 64×1", "setData", 64, 1, 0.6),
    Row("setData 8×100", "setData", 8, 100, 0.4),
    Row("setData 1×1", "setData", 1, 1),
    Row("90 % getData, 10 % setData 64×1", "getData=90,setData=10", 64, 1),
    Row("90 % getData, 10 % setData 8×100", "getData=90,setData=10", 8, 100),
    Row("create 64×1", "create", 64, 1),
    Row("create 8×100", "create", 8, 100),
    Row("create of 1 KiB 16×16", "create", 16, 16, size=1024),
    Row("ephemeral create 16×16", "createEphemeral", 16, 16),
    Row("multi of ten 16×4", "multiOfTen", 16, 4),
    Row("getChildren of 100 64×1", "getChildren", 64, 1),
    Row("sessions, 16 at a time", "", 16, 1),
]

#: For ensembles, on all servers of each. 63 and 9 sessions are as many on each of three servers.
ENSEMBLE_ROWS = [
    Row("setData 64×1", "setData", 64, 1, 0.5),
    Row("setData 8×100", "setData", 8, 100, 0.4),
    Row("setData 63×1", "setData", 63, 1),
    Row("setData 9×100", "setData", 9, 100),
    Row("setData 1×1", "setData", 1, 1),
    Row("getData 64×1", "getData", 64, 1, 0.4),
    Row("getData 8×100", "getData", 8, 100, 0.4),
    Row("90 % getData, 10 % setData 64×1", "getData=90,setData=10", 64, 1),
    Row("90 % getData, 10 % setData 8×100", "getData=90,setData=10", 8, 100),
]

#: RSS of Aviary with a million znodes of 100 B.
MEMORY_TARGET_MIB = 320


def rows_for(servers):
    """What is compared on so many servers of each kind."""
    return ROWS if servers == 1 else ENSEMBLE_ROWS


def all_rows():
    """Every row once, whatever it was meant for."""
    return list({row.name: row for row in ROWS + ENSEMBLE_ROWS}.values())
