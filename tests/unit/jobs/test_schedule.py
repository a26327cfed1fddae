"""Which task comes next, and what becomes of those that wait for a failed one."""

import pytest

from fer.plan import Task, tasks
from fer.recipes import PlannedStudy
from fer.studies import parse_study
from jobs.schedule import CLAIMED_SECONDS, RETRY_SECONDS, Ending, Schedule

TEXT = """
name: mine
generators: {cgan-48: {}}
grids:
  - name: main
    generators: [cgan-48]
    classifiers: [cnn]
    ratios: [0.0, 0.5, 1.0]
"""


@pytest.fixture
def all_tasks() -> tuple[Task, ...]:
    study = parse_study(TEXT, "mine.yaml")
    return tasks(PlannedStudy(study=study, dataset="d" * 40, classes=("fear", "anger"), train_size=600))


def work_through(schedule: Schedule, now: float = 0.0) -> list[str]:
    """Do every task that can be done at once; returns them in the order in which they began."""
    began = []
    while (task := schedule.next(now)) is not None:
        schedule.done(task)
        began.append(str(task))
    return began


def test_tasks_come_in_the_studys_order_and_only_after_what_they_need(all_tasks: tuple[Task, ...]) -> None:
    schedule = Schedule(all_tasks, set())
    judge, features, reader, alone = (schedule.next(0.0) for _ in range(4))
    assert judge is not None
    assert features is not None
    assert reader is not None
    assert alone is not None
    assert [task.stage for task in (judge, features, reader)] == ["train-evaluator"] * 3
    assert (alone.stage, alone.coordinates["ratio"]) == ("train", "1")
    assert schedule.next(0.0) is None
    schedule.done(judge)
    train_gan = schedule.next(0.0)
    assert train_gan is not None
    assert train_gan.stage == "train-gan"
    schedule.done(train_gan)
    generate = schedule.next(0.0)
    assert generate is not None
    assert generate.stage == "generate"
    schedule.done(generate)
    assert [line.split()[0] for line in work_through(schedule)] == ["train", "train"]
    schedule.done(features)
    assert work_through(schedule) == []
    schedule.done(reader)
    assert [line.split()[0] for line in work_through(schedule)] == ["assess"]
    assert not schedule.is_over
    schedule.done(alone)
    assert schedule.is_over


def test_what_exists_is_not_begun(all_tasks: tuple[Task, ...]) -> None:
    existing = {task.digest for task in all_tasks if task.stage != "train"}
    assert [line.split()[0] for line in work_through(Schedule(all_tasks, existing))] == ["train", "train", "train"]
    everything = Schedule(all_tasks, {task.digest for task in all_tasks})
    assert everything.is_over
    assert everything.next(0.0) is None


def test_tasks_that_need_a_failed_one_are_skipped_with_its_reason_and_the_others_go_on(
    all_tasks: tuple[Task, ...],
) -> None:
    schedule = Schedule(all_tasks, {task.digest for task in all_tasks if task.stage == "train-evaluator"})
    train_gan = schedule.next(0.0)
    assert train_gan is not None
    schedule.end(train_gan, Ending("failed", "it diverged"))
    assert [line.split()[0] for line in work_through(schedule)] == ["train"]
    assert schedule.is_over
    skipped = schedule.in_state("skipped")
    assert [task.stage for task in skipped] == ["generate", "assess", "train", "train"]
    reasons = {schedule.endings[task.digest].reason for task in skipped}
    assert reasons == {"needs train-gan generator=cgan-48 seed=0, which failed"}


def test_a_task_that_cannot_be_served_is_tried_again_after_growing_pauses_and_then_fails(
    all_tasks: tuple[Task, ...],
) -> None:
    schedule = Schedule(all_tasks[:1], set())
    now = 0.0
    for pause in RETRY_SECONDS:
        task = schedule.next(now)
        assert task is not None
        assert schedule.try_again(task, "the store is away", now) == pause
        assert schedule.next(now + pause - 0.1) is None
        now += pause
    task = schedule.next(now)
    assert task is not None
    assert schedule.try_again(task, "the store is away", now) is None
    assert schedule.endings[task.digest] == Ending(
        "failed", f"the store is away (tried {len(RETRY_SECONDS) + 1} times)"
    )


def test_a_task_that_another_process_makes_is_waited_for_however_long_it_takes(all_tasks: tuple[Task, ...]) -> None:
    schedule = Schedule(all_tasks[:1], set())
    now = 0.0
    for _ in range(3 * len(RETRY_SECONDS)):
        task = schedule.next(now)
        assert task is not None
        schedule.wait_for_other(task, now)
        assert not schedule.is_over
        now += CLAIMED_SECONDS
    task = schedule.next(now)
    assert task is not None
    schedule.done(task)
    assert schedule.is_over
