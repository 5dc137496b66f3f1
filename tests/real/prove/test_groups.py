"""Memory and CPU time are read from both layouts of control groups, as engines make them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.prove.containers import groups
from scaffold.prove.containers.groups import ControlGroups, Throttling, groups_of
from tests.support.files import write_tree

PID = 4711
MEBI = 2**20
STAT_V2 = "usage_usec 2500000\nuser_usec 2000000\nsystem_usec 500000\n"
LIMITED_V2 = f"{STAT_V2}nr_periods 100\nnr_throttled 30\nthrottled_usec 7\n"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the root of a machine whose /proc and /sys are files of ours."""
    monkeypatch.setattr(groups, "PROC", tmp_path / "proc")
    monkeypatch.setattr(groups, "GROUPS", tmp_path / "sys/fs/cgroup")
    return tmp_path


def write(machine: Path, cgroup: str, files: dict[str, str]) -> None:
    limits = {f"sys/fs/cgroup/{name}": text for name, text in files.items()}
    write_tree(machine, {f"proc/{PID}/cgroup": cgroup, **limits})


def found() -> ControlGroups:
    result = groups_of(PID)
    assert result
    return result


def unified(group: str, stat: str, limit: str = "100000 100000\n") -> dict[str, str]:
    memory = {"memory.current": f"{50 * MEBI}\n", "memory.stat": f"anon {30 * MEBI}\ninactive_file {12 * MEBI}\n"}
    return {f"{group}/{name}": text for name, text in {**memory, "cpu.stat": stat, "cpu.max": limit}.items()}


@pytest.mark.parametrize(
    "group",
    ["system.slice/docker-0123.scope", "docker/0123", "kubepods.slice/kubepods-pod1.slice/cri-containerd-0123.scope"],
)
def test_the_unified_hierarchy(machine: Path, group: str) -> None:
    write(machine, f"0::/{group}\n", unified(group, LIMITED_V2))
    assert found().working_set == 38 * MEBI
    assert found().cpu_seconds == 2.5
    assert found().throttling == Throttling(100, 30)


def test_a_process_below_the_group_that_is_limited(machine: Path) -> None:
    """Podman with crun: the limits are on the scope, the process is in its child `container`, which has none."""
    scope = "user.slice/user-1000.slice/user@1000.service/user.slice/libpod-0123.scope"
    child = unified(f"{scope}/container", f"{STAT_V2}nr_periods 0\nnr_throttled 0\n", "max 100000\n")
    write(machine, f"0::/{scope}/container\n", {**unified(scope, LIMITED_V2), **child})
    assert found().throttling == Throttling(100, 30)
    assert found().working_set == 38 * MEBI
    for name in child:  # without controllers of its own, it is counted one further up
        if "memory" in name:
            (machine / "sys/fs/cgroup" / name).unlink()
    assert found().memory == machine / "sys/fs/cgroup" / scope


SEPARATE = {
    "memory/libpod_parent/0123/memory.usage_in_bytes": f"{50 * MEBI}\n",
    "memory/libpod_parent/0123/memory.stat": f"inactive_file 5\ntotal_inactive_file {12 * MEBI}\n",
    "cpuacct/libpod_parent/0123/cpuacct.usage": "2500000000\n",
    "cpu/libpod_parent/0123/cpu.stat": "nr_periods 100\nnr_throttled 30\nthrottled_time 7\n",
}


@pytest.mark.parametrize(
    "lines",
    [
        "4:memory:/libpod_parent/0123\n3:cpuacct:/libpod_parent/0123\n2:cpu:/libpod_parent/0123\n1:name=systemd:/x\n",
        "4:memory:/libpod_parent/0123\n3:cpu,cpuacct:/libpod_parent/0123\n0::/system.slice/x.service\n",  # hybrid
    ],
)
def test_a_hierarchy_for_each_controller(machine: Path, lines: str) -> None:
    write(machine, lines, SEPARATE)
    assert found().working_set == 38 * MEBI
    assert found().cpu_seconds == 2.5
    assert found().throttling == Throttling(100, 30)


def test_what_is_out_of_reach(machine: Path) -> None:
    """The engine is asked then: a process that is gone, the root, and groups that are mounted elsewhere."""
    assert groups_of(PID) is None
    write(machine, "0::/\n", {"cpu.stat": STAT_V2})
    assert groups_of(PID) is None
    write(machine, "0::/../../docker/0123\n", {})
    assert groups_of(PID) is None
    write(machine, "4:memory:/elsewhere\n3:cpu,cpuacct:/elsewhere\n", {})
    assert groups_of(PID) is None
