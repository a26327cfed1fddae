"""The cluster that the tests use: the current context's, with the overlay ``local`` applied."""

import os
import shutil
import subprocess
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.cluster.grids import Awaited, Grid
from tests.cluster.kube import NAMESPACE, patched
from tests.cluster.local import LocalRun
from tests.cluster.stores import ClusterStore
from tests.cluster.studies import DEADLINE, HUNDRED, LATE, NEW, PACK, PARTED, pictures

HERE = Path(__file__).parent
ASIDE = {
    "smoke_here": "test_the_study_ends_with_the_same_numbers",
    "hundred": "test_what_cannot_be_trained_costs_what_reads_it_alone_and_the_report_names_it",
    "smoke_there": "test_nothing_but_scratch_can_be_written_and_nothing_can_be_built",
    "parted": "test_it_fires_at_its_minute",
    "late": "test_it_fires_at_its_minute",
    "single": "test_it_fires_at_its_minute",
}
"""Fixtures that start a study, and the test from which on it goes on beside the others."""
BEHIND = "--priority=-1"
"""What goes on beside tests gives way to theirs."""
_TOLD = pytest.StashKey[BaseException]()
"""The last failure that was told of."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs a cluster, and the time of whole studies.

    What takes longest goes on beside the tests that do little but wait, and what is asked of it comes last.
    """
    own = [item for item in items if isinstance(item, pytest.Function) and HERE in item.path.parents]
    for item in own:
        item.add_marker(pytest.mark.cluster)
        item.add_marker(pytest.mark.timeout(1800))
    asking = [item for item in own if not ASIDE.keys().isdisjoint(item.fixturenames)]
    for name, first in ASIDE.items():
        beside = [item for item in own if item.originalname == first]
        if beside and any(name in item.fixturenames for item in asking):
            beside[0].fixturenames.insert(0, name)
    items.sort(key=lambda item: item in asking)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure is shown with the cluster as it was at that moment: later its pods are gone."""
    report = yield
    failure = None if call.excinfo is None else call.excinfo.value
    # A fixture's failure is that of every test which wants the fixture.
    if report.failed and failure is not None and failure is not item.config.stash.get(_TOLD, None):
        item.config.stash[_TOLD] = failure
        state = subprocess.run((HERE / "state",), capture_output=True, text=True, timeout=600)
        report.sections.append(("the cluster", state.stdout))
    return report


@pytest.fixture(scope="session", autouse=True)
def _cluster() -> None:
    """Skips where nobody said that a cluster may be disturbed; fails where somebody did, and there is none."""
    if not os.environ.get("FER_TEST_CLUSTER"):
        pytest.skip("these tests disturb the cluster of the current context; run them with: make test-cluster")
    for program in ("kubectl", "argo"):
        if shutil.which(program) is None:
            pytest.fail(f"{program} is not on the path")
    command = ("kubectl", f"--namespace={NAMESPACE}", "get", "workflowtemplate", "fer-stages", "--request-timeout=20s")
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if answer.returncode:
        pytest.fail(f"the current context has no cluster with the overlay local: {answer.stderr.strip()}")


@pytest.fixture(scope="session")
def smoke_here(_cluster: None, tmp_path_factory: pytest.TempPathFactory) -> LocalRun:
    """``fer run smoke`` on this machine."""
    return LocalRun("smoke", tmp_path_factory.mktemp("smoke"))


@pytest.fixture(scope="session")
def more_places(_cluster: None) -> Iterator[None]:
    """As many pods at once as are needed to keep this machine busy while a test waits."""
    with patched("configmap", "fer-limits", to={"data": {"gpu-pods": "4"}}):
        yield


@pytest.fixture(scope="session")
def smoke_there(more_places: None) -> Iterator[Awaited]:  # noqa: ARG001
    """``argo submit argo/grid.yaml -p study=smoke --wait``."""
    awaited = Awaited("smoke", BEHIND, source="drawn")
    yield awaited
    awaited.leave()


@pytest.fixture(scope="session")
def store(_cluster: None) -> Iterator[ClusterStore]:
    """The store in the cluster."""
    opened = ClusterStore()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def hundred(store: ClusterStore, more_places: None) -> Grid:  # noqa: ARG001
    """A hundred cells, as they are trained on the cluster."""
    return Grid.submit(store.put("tests/hundred.yaml", HUNDRED.encode()), BEHIND, pack=PACK)


@pytest.fixture(scope="session")
def single(hundred: Grid, store: ClusterStore) -> Iterator[Grid]:
    """The same cells, each in a pod of its own, which finds it trained: pods that do little, many at once."""
    assert hundred.wait(1200).phase == "Succeeded", hundred.said()
    uri = store.put("tests/hundred.yaml", HUNDRED.encode())
    with patched("configmap", "fer-limits", to={"data": {"gpu-pods": "8"}}):
        yield Grid.submit(uri, BEHIND, pack=1, cpu="50m")


@pytest.fixture(scope="session")
def parted(store: ClusterStore, more_places: None) -> Grid:  # noqa: ARG001
    """Networks of single classes, a generator for one mix alone, and two volumes of samples."""
    source = store.put("tests/parted.zip", pictures(NEW + 2))
    return Grid.submit(store.put("tests/parted.yaml", PARTED.encode()), BEHIND, source=source)


@pytest.fixture(scope="session")
def late(store: ClusterStore, more_places: None) -> Grid:  # noqa: ARG001
    """A replicate's cell, which takes longer than its pod may."""
    uri = store.put("tests/late.yaml", LATE.encode())
    return Grid.submit(uri, BEHIND, stage="train", fresh="true", deadline=DEADLINE)
