"""What else a study or a submission may ask for: separate and matched networks, volumes, a replicate, a deadline."""

from collections import Counter

from fer.plan import tasks
from jobs.sources import planned_names
from tests.cluster.grids import Grid
from tests.cluster.stores import ClusterStore, attempts


def test_each_class_has_a_pod_for_its_network_and_each_volume_one_for_its_samples(
    parted: Grid, store: ClusterStore
) -> None:
    assert parted.wait(1200).phase == "Succeeded", parted.said()
    asked = Counter(
        (
            task.template,
            *(task.inputs[name] for name in ("generator", "ratio", "class", "volume") if name in task.inputs),
        )
        for task in parted.tasks()
        if task.template in ("train-gan", "generate")
    )
    assert asked == {
        ("train-gan", "matched", "0.5", "cat"): 1,
        ("train-gan", "matched", "0.5", "dog"): 1,
        ("train-gan", "whole", "", ""): 1,
        ("generate", "matched", "0.5", "1"): 1,
        ("generate", "whole", "", "1"): 1,
        ("generate", "whole", "", "2"): 1,
    }
    context = store.context("parted")
    assert all(context.store.exists(task.recipe.kind, task.digest) for task in tasks(context.planned))


def test_a_pod_past_its_deadline_saves_and_the_next_goes_on_until_the_replicate_is_made(
    late: Grid, store: ClusterStore
) -> None:
    assert late.wait(1200).phase == "Succeeded", late.said()
    *_, replicate = sorted(name for name in planned_names(store.open()) if name.startswith("late-"))  # by their times
    [tried] = attempts(store.context(replicate)).values()
    *stopped, last = [attempt.state for attempt in tried]
    assert stopped, "it was over before its deadline"
    assert set(stopped) == {"stopped"}
    assert last == "done"
