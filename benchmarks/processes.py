"""What the kernel knows of a process: its CPU time and its memory, children included where they count."""

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """CPU seconds that a process and its living descendants have used."""
    return sum(_ticks(Path(f"/proc/{each}")) for each in family(pid)) / _TICKS


def thread_cpu_s(pid: int) -> dict[int, float]:
    """CPU seconds by thread, whichever language started it."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return {int(each.name): _ticks(each) / _TICKS for each in threads}


def rss_mb(pid: int) -> float:
    """The memory that a process holds, in MB; 0 if it has ended."""
    return _memory_mb(pid, "VmRSS")


def peak_rss_mb(pid: int) -> float:
    """The most memory that a process ever held, or since its peak was forgotten, in MB; 0 if it has ended."""
    return _memory_mb(pid, "VmHWM")


def forget_peak_rss(pid: int) -> None:
    """Let the peak start anew from what is held now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def family(pid: int) -> list[int]:
    """A process and its living descendants, parents first."""
    parents = {int(each.name): _parent(each) for each in Path("/proc").iterdir() if each.name.isdigit()}
    found = [pid]
    for parent in found:  # grows while it is read
        found += [child for child, its_parent in parents.items() if its_parent == parent]
    return found


def kill(process: "subprocess.Popen[str]") -> None:
    """`kill -9` the process and all its descendants, as a crash of the machine would."""
    for pid in reversed(family(process.pid)):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()


def _memory_mb(pid: int, field: str) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(f"{field}:"))


def _ticks(process: Path) -> int:
    fields = _stat(process)
    return int(fields[11]) + int(fields[12]) if fields else 0


def _parent(process: Path) -> int | None:
    fields = _stat(process)
    return int(fields[1]) if fields else None


def _stat(process: Path) -> list[str]:
    """The fields behind the command's name, which may itself hold spaces; empty if the process has ended."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
