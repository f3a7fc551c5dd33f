"""The rows of the comparison and their targets: Aviary's share of Apache's server CPU per operation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    name: str
    operations: str
    connections: int
    outstanding: int
    cpu_target: float | None = None

    def arguments(self):
        # 10,000 znodes of 100 B, left in place for the next round.
        return ["--operations", self.operations, "--connections", str(self.connections),
                "--outstanding", str(self.outstanding), "--size", "100", "--keys", "10000", "--keep"]


ROWS = [
    Row("getData 64×1", "getData", 64, 1, 0.5),
    Row("getData 8×100", "getData", 8, 100, 0.25),
    Row("setData 64×1", "setData", 64, 1, 0.6),
    Row("setData 8×100", "setData", 8, 100, 0.4),
    Row("90 % getData, 10 % setData 64×1", "getData=90,setData=10", 64, 1),
    Row("90 % getData, 10 % setData 8×100", "getData=90,setData=10", 8, 100),
    Row("create 64×1", "create", 64, 1),
    Row("create 8×100", "create", 8, 100),
]

#: For ensembles, on all servers of each.
ENSEMBLE_ROWS = [
    Row("setData 64×1", "setData", 64, 1, 0.5),
    Row("setData 8×100", "setData", 8, 100, 0.4),
    Row("getData 64×1", "getData", 64, 1, 0.4),
    Row("getData 8×100", "getData", 8, 100, 0.4),
]

#: RSS of Aviary with a million znodes of 100 B.
MEMORY_TARGET_MIB = 320
