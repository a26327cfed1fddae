"""Somebody's own images as a generator: as many as there are serve the mixes that they suffice for."""

from pathlib import Path

from fer.store import open_store
from tests.commands import Fer
from tests.study.test_stages_plan import write_faces

STUDY = """
name: own
generators:
  mine: {model: "folder:OWN"}
grids:
  - {name: main, generators: [mine], classifiers: [cnn], ratios: [0.0, 0.75]}
budgets: {train: {epochs: 1, patience: 1}}
training: {batch_size: 16}
evaluators:
  judge: {epochs: 1, training: {batch_size: 16}}
  features: &small {classifier: "timm:test_resnet", epochs: 1, training: {batch_size: 16}}
  reader: *small
numerics: {precision: fp32, threads: 1}
"""


def test_a_third_of_n_images_serves_the_mixes_that_need_no_more_and_the_others_say_what_they_lack(
    fer: Fer, tmp_path: Path
) -> None:
    faces = write_faces(tmp_path / "faces", per_class=30)  # of which 24 are trained on
    own = write_faces(tmp_path / "own", per_class=8, seed=1)
    study = tmp_path / "own.yaml"
    study.write_text(STUDY.replace("OWN", str(own)))
    where = ("--study", study, "--source", faces, "--store", tmp_path / "store")
    mine = ("--generator", "mine", "--seed", "0")
    evaluators = (("train-evaluator", "--evaluator", role) for role in ("judge", "features"))
    for stage in (("prepare",), ("plan",), *evaluators, ("train-gan", *mine), ("generate", *mine), ("assess", *mine)):
        assert fer(stage[0], *where, *stage[1:]).status == 0
    train = ("train", *where, *mine, "--classifier", "cnn")
    assert fer(*train, "--ratio", "0.75").status == 0
    refusal = fer(*train, "--ratio", "0").refusal
    assert refusal == (
        "ratio 0 needs 24 samples of class happy in volume 1, but there are 8; add images or choose a higher ratio"
    )
    assert fer("report", *where).status == 0
    (report,) = open_store(str(tmp_path / "store")).manifests("report")
    page = (tmp_path / "store" / report.folder / "index.html").read_text(encoding="utf-8")
    assert "8 of 24" in page
    assert refusal in page
