"""The assessment on the page: every figure beside the same of held-out real images, with its number of images."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

from fer.report.figures.cloud import class_cloud_figures, cloud_figures
from fer.report.figures.confusion import confusion_figures
from fer.report.figures.dependence import dependence_figures
from fer.report.planes import SAMPLES
from fer.report.results import StudyResults
from fer.report.sheets import pair_sheets
from fer.report.tables.distances import class_distances_table, distances_table, neighbourhoods_table
from fer.report.tables.divergence import divergence_table
from fer.report.tables.diversity import diversity_table
from fer.report.tables.evaluators import evaluators_table
from fer.report.tables.fidelity import fidelity_table
from fer.report.tables.memorisation import memorisation_table
from fer.report.tables.published_measures import measures_table
from fer.report.tables.table import Table
from tests.assessments import assessment_figures, plane
from tests.reports import CLASSES, FOLDER, TWO_GENERATORS, made_up
from tests.unit.report.rows import rows_of

TABLES = (
    distances_table,
    neighbourhoods_table,
    class_distances_table,
    diversity_table,
    divergence_table,
    fidelity_table,
    memorisation_table,
)


@pytest.fixture(scope="module")
def results() -> StudyResults:
    return made_up()


@pytest.fixture(scope="module")
def with_inception() -> StudyResults:
    """A study that names Inception's weights, on a generator whose FID was published."""
    found = made_up("name: g\ngenerators: {cgan-48: {}}\n")
    figures = assessment_figures(CLASSES, inception=True)
    return replace(found, assessments=[replace(found.assessments[0], figures=figures)])


def shown(table: Table | None, key: str, **wanted: Any) -> str:
    """What the page shows of one row."""
    assert table is not None
    (row,) = rows_of(table, **wanted)
    (column,) = (column for column in table.columns if column.key == key)
    return column.text(row)


def test_the_networks_that_assess_are_named_with_their_accuracy(
    results: StudyResults, with_inception: StudyResults
) -> None:
    table = evaluators_table(results)
    assert [(row["role"], row["classifier"], row["validation_accuracy"]) for row in rows_of(table)] == [
        ("features", "convnext_tiny", 0.61),
        ("judge", "cnn", 0.58),
        ("reader", "resnet18", 0.6),
    ]
    assert table is not None
    assert "names no weights of Inception" in table.note
    (inception,) = rows_of(evaluators_table(with_inception), role="inception")
    assert inception["use"].endswith("weights aaaaaaaaaaaa")


def test_distances_stand_beside_those_of_real_images_for_each_source_of_features(results: StudyResults) -> None:
    table = distances_table(results)
    (row,) = rows_of(table, generator="weak", seed=0, source="features")
    assert (row["features"], row["images"]) == ("convnext_tiny", 6500)
    assert (row["fid_synthetic"], row["fid_real"]) == (10.0, 1.0)
    assert "recall_synthetic" not in row
    where = {"generator": "weak", "seed": 0, "source": "judge"}
    assert shown(table, "kid_synthetic", **where) == "0.0123 ± 0.0004"
    assert shown(table, "features", **where) == "cnn, the judge"


def test_shares_of_neighbourhoods_have_an_error_and_an_interval_in_the_csv(results: StudyResults) -> None:
    table = neighbourhoods_table(results)
    where = {"generator": "weak", "seed": 0, "source": "features"}
    (row,) = rows_of(table, **where)
    assert (row["recall_synthetic"], row["recall_real"]) == (0.32, 0.86)
    theirs = binomtest(2080, 6500).proportion_ci(method="wilson")
    assert (row["recall_synthetic_low"], row["recall_synthetic_high"]) == pytest.approx((theirs.low, theirs.high))
    half = 1.96 * 0.008
    assert (row["coverage_synthetic_low"], row["coverage_synthetic_high"]) == pytest.approx(
        (0.55 - half, 0.55 + half), abs=1e-5
    )
    assert row["coverage_real_high"] == pytest.approx(0.96 + half, abs=1e-5)
    assert shown(table, "precision_synthetic", **where) == "0.710 ± 0.006"
    assert shown(table, "density_real", **where) == "1.010 ± 0.012"
    assert shown(table, "coverage_synthetic", **where) == "0.550 ± 0.008"
    distances = distances_table(results)
    assert distances is not None
    assert "The Fréchet distance has none" in distances.note


def test_a_share_that_all_images_agree_on_has_no_error_but_an_interval(results: StudyResults) -> None:
    figures = assessment_figures(CLASSES)
    figures["distances"]["features"]["synthetic"] |= {"precision": 1.0, "coverage": 0.999, "recall": 0.0}
    table = neighbourhoods_table(replace(results, assessments=[replace(results.assessments[0], figures=figures)]))
    (row,) = rows_of(table, source="features")
    assert shown(table, "precision_synthetic", source="features") == "1.000"
    assert (row["precision_synthetic_low"], row["precision_synthetic_high"]) == pytest.approx((0.9994, 1), abs=1e-4)
    assert row["recall_synthetic_high"] > 0
    assert row["coverage_synthetic_high"] == 1.0


def test_diversity_has_intervals_and_so_has_its_share_of_the_real_one(results: StudyResults) -> None:
    table = diversity_table(results)
    (row,) = rows_of(table, generator="weak", seed=0, **{"class": "all"})
    assert (row["synthetic"], row["synthetic_interval"], row["real_interval"]) == (
        9.0,
        "8.804 to 9.196",
        "11.902 to 12.098",
    )
    assert row["relative"] == 0.75
    assert (row["relative_low"], row["relative_high"]) == pytest.approx((0.7326, 0.7678), abs=1e-3)
    figures = assessment_figures(CLASSES)
    figures["diversity"] |= {"synthetic": 0.0, "synthetic_error": 0.0, "real_error": None}
    alike = diversity_table(replace(results, assessments=[replace(results.assessments[0], figures=figures)]))
    (row,) = rows_of(alike, **{"class": "all"})
    assert (row["relative"], row["relative_interval"], row["real_interval"]) == (0.0, None, None)


def test_the_floor_is_said_to_be_no_bound_for_copies_and_only_real_images_to_be_distinct(results: StudyResults) -> None:
    for make in (distances_table, class_distances_table, measures_table):
        table = make(results)
        assert table is not None
        assert "no generator need do better" not in table.note
        assert "All images are distinct" not in table.note
    for make in (distances_table, measures_table):
        table = make(results)
        assert table is not None
        assert "our networks have learned the training images" in table.note
    distances = distances_table(results)
    assert distances is not None
    assert "All real images are distinct; samples may repeat themselves." in distances.note


def test_inception_has_a_row_where_the_study_names_its_weights(with_inception: StudyResults) -> None:
    (row,) = rows_of(distances_table(with_inception), source="inception")
    assert (row["features"], row["fid_synthetic"]) == ("Inception", 30.0)
    (published,) = rows_of(measures_table(with_inception), generator="cgan-48", features="Inception")
    assert (published["theirs"], published["ours_shown"], published["comparable"]) == (
        "141.6",
        "30.0",
        "roughly: their number of images is not known",
    )


def test_a_class_of_too_few_images_has_no_figures(results: StudyResults) -> None:
    where = {"generator": "weak", "seed": 0, "class": "disgust"}
    assert [row["kid_synthetic"] for row in rows_of(class_distances_table(results), **where)] == [None, None]
    assert rows_of(divergence_table(results), **where)[0]["tsne_synthetic"] is None
    assert rows_of(diversity_table(results), **where)[0]["relative"] is None
    (fear,) = rows_of(class_distances_table(results), **{**where, "class": "fear", "source": "features"})
    assert (fear["images"], fear["coverage_synthetic"], fear["coverage_real"]) == (55, 0.4, 0.94)


def test_the_divergence_says_how_it_was_binned_and_has_its_floor(results: StudyResults) -> None:
    table = divergence_table(results)
    (row,) = rows_of(table, generator="weak", seed=0, **{"class": "all"})
    assert (row["tsne_synthetic"], row["tsne_real"], row["tsne_bins"], row["images"]) == (0.5, 0.125, 20, 2000)
    assert table is not None
    assert "a grid of 20 equal bins a side" in table.note
    (anger,) = rows_of(table, generator="weak", seed=0, **{"class": "anger"})
    assert anger["images"] == 55, "a class has its own number"
    (disgust,) = rows_of(table, generator="weak", seed=0, **{"class": "disgust"})
    assert disgust["images"] is None


def test_a_class_called_all_is_not_taken_for_all_images(results: StudyResults) -> None:
    first, *_ = results.assessments
    table = divergence_table(replace(results, assessments=[replace(first, figures=assessment_figures(("b", "all")))]))
    everything, of_class = rows_of(table, **{"class": "all"})
    assert (everything["images"], everything["tsne_synthetic"]) == (2000, 0.5)
    assert (of_class["images"], of_class["tsne_synthetic"]) == (None, None)


def test_how_much_the_divergence_depends_on_bins_and_images_is_drawn(results: StudyResults) -> None:
    figure = next(iter(dependence_figures(results)))
    assert "t-SNE, samples and real against bins a side: 0.450 and 0.075 at 10" in figure.description
    assert "0.600 and 0.225 at 250" in figure.description
    svg = figure.render().svg
    for name in ("samples, t-SNE", "real, PC"):
        assert name in svg


def test_names_stand_beside_the_right_ends_of_lines_of_bins_and_of_images(results: StudyResults) -> None:
    by_images = results.assessments[0].figures["divergence"]["tsne"]["by_images"]
    assert by_images[0]["images"] > by_images[-1]["images"], "as an assessment lists them"
    for axes in next(iter(dependence_figures(results))).draw().axes:
        lines = [line for line in axes.lines if line.get_transform() == axes.transData]
        leaders = [line for line in axes.lines if line.get_transform() == axes.transAxes]
        assert len(lines) == len(leaders) == 4
        for line, leader in zip(lines, leaders, strict=True):
            points = np.stack(line.get_data(), axis=1)
            end = axes.transAxes.inverted().transform(axes.transData.transform(points[points[:, 0].argmax()]))
            assert np.stack(leader.get_data(), axis=1)[0] == pytest.approx(end, abs=0.02)


def test_the_reader_comes_first_and_the_judge_stands_beside_it(results: StudyResults) -> None:
    rows = rows_of(fidelity_table(results), generator="weak", seed=0)
    assert [(row["role"], row["classifier"], row["agreement"]) for row in rows] == [
        ("reader", "resnet18", 0.6),
        ("judge", "cnn", 0.8),
    ]
    assert (rows[0]["real"], rows[0]["chance"], rows[0]["images"]) == (0.62, 0.17, 700)
    assert rows[0]["agreement_low"] == pytest.approx(0.5632, abs=1e-4)
    assert rows[0]["agreement_interval"].replace("\N{NARROW NO-BREAK SPACE}", "") == "56.3% to 63.6%"


def test_the_confusion_of_asked_and_read_labels_is_drawn_in_per_cent_of_rows(results: StudyResults) -> None:
    figure = next(iter(confusion_figures(results)))
    assert "The reader reads the label asked for of 60.0" in figure.description
    svg = figure.render().svg
    assert svg.count(">60</text>") == 7
    assert svg.count(">40</text>") == 7


def test_more_classes_than_have_room_have_no_confusion_drawn() -> None:
    many = tuple(f"class{number}" for number in range(13))
    assert list(confusion_figures(made_up(classes=many))) == []


def test_a_class_that_was_never_asked_for_leaves_its_row_empty(results: StudyResults) -> None:
    figures = assessment_figures(CLASSES)
    figures["fidelity"]["reader"]["confusion"][0] = [0] * 7
    changed = replace(results, assessments=[replace(results.assessments[0], figures=figures)])
    figure = next(iter(confusion_figures(changed)))
    assert figure.render().svg.count(">60</text>") == 6


def test_near_copies_and_membership_stand_beside_real_images(results: StudyResults) -> None:
    table = memorisation_table(results)
    (row,) = rows_of(table, generator="weak", seed=0, space="features")
    assert (row["median_synthetic"], row["median_real"]) == (3.5, 4.0)
    assert (row["near_synthetic"], row["near_real"], row["threshold"]) == (0.012, 0.009, 1.75)
    assert shown(table, "auc", generator="weak", seed=0, space="pixels") == "0.523 ± 0.008"
    assert shown(table, "tested", generator="weak", seed=0, space="pixels") == "3,000 + 2,900"


def test_too_few_images_of_a_kind_have_no_membership_and_say_how_few_they_are(results: StudyResults) -> None:
    figures = assessment_figures(CLASSES)
    figures["memorisation"]["pixels"]["membership"] = {"members": 9, "others": 2900, "auc": None, "auc_error": None}
    table = memorisation_table(replace(results, assessments=[replace(results.assessments[0], figures=figures)]))
    assert shown(table, "auc", space="pixels") == ""
    assert shown(table, "tested", space="pixels") == "9 + 2,900"
    assert table is not None
    assert "there is none with fewer than 10 of them" in table.note


def test_membership_of_somebodys_own_images_is_as_if_they_had_seen_all(results: StudyResults) -> None:
    """What their makers had seen is not known, and nothing may say that it is."""
    text = f"name: g\ngenerators: {{theirs: {{model: 'folder:{FOLDER}'}}, ours: {{model: cgan-48}}}}\n"
    table = memorisation_table(made_up(text))
    assert table is not None
    assert "What the makers of theirs had seen is not known: membership is tested as if it had been all" in table.note
    assert shown(table, "tested", generator="theirs", space="pixels") == "3,000 assumed + 2,900"
    assert shown(table, "tested", generator="ours", space="pixels") == "3,000 + 2,900"
    plain = memorisation_table(results)
    assert plain is not None
    assert "not known" not in plain.note


def test_the_closest_pairs_are_shown_once_for_each_generator(results: StudyResults) -> None:
    sheets = list(pair_sheets(results))
    assert [sheet.caption.partition(",")[0] for sheet in sheets] == ["weak", "strong"]
    assert sheets[0].png == results.assessments[0].pairs


def test_planes_are_drawn_for_the_first_run_of_each_generator_with_their_distances(results: StudyResults) -> None:
    figures = list(cloud_figures(results))
    assert [figure.title for figure in figures] == [
        "weak: samples among real images",
        "strong: samples among real images",
    ]
    assert "t-SNE: Jensen-Shannon distance to real training images 0.500 of samples, 0.125" in figures[0].description
    assert "350 images of each kind" in figures[0].caption


def test_points_are_a_picture_within_the_drawing_so_that_the_page_stays_small(results: StudyResults) -> None:
    svg = next(iter(cloud_figures(results))).render().svg
    assert svg.count("<image") == 4
    assert svg.count("<use") < 20


def test_every_class_has_a_column_and_the_rest_is_said_to_be_left_out(results: StudyResults) -> None:
    figure = next(iter(class_cloud_figures(results)))
    assert "disgust: too few images." in figure.description
    svg = figure.render().svg
    assert all(f">{name}{'' if name == 'disgust' else ' (55)'}</text>" in svg for name in CLASSES)
    assert svg.count("<image") == 2 * len(CLASSES)
    many = tuple(f"class{number}" for number in range(20))
    figure = next(iter(class_cloud_figures(made_up(classes=many))))
    assert "6 more classes are not drawn" in figure.caption
    assert ">class14" not in figure.render().svg


def test_classes_are_drawn_on_both_planes_each_with_its_own_points_and_distances(results: StudyResults) -> None:
    (tsne, pca), assessment = list(class_cloud_figures(results))[:2], results.assessments[0]
    assert "t-SNE: Jensen-Shannon distance" in tsne.description
    assert "anger: 0.600 of samples, 0.250 of held-out real images, with 55 images" in tsne.description
    assert "principal components: Jensen-Shannon distance" in pca.description
    assert "anger: 0.400 of samples, 0.150 of held-out real images, with 55 images" in pca.description
    assert "The plane of principal components" in pca.caption
    chosen = (assessment.plane.labels == 0) & (assessment.plane.origin == SAMPLES)
    for figure, points, value in ((tsne, assessment.plane.tsne, "0.600"), (pca, assessment.plane.pca, "0.400")):
        panel = figure.draw().axes[1]
        assert panel.texts[0].get_text() == f"samples: {value}"
        assert np.array_equal(panel.lines[1].get_xydata(), points[chosen])


def test_points_far_from_all_others_do_not_shrink_a_plane(results: StudyResults) -> None:
    far = plane(CLASSES)
    far.tsne[np.flatnonzero(far.origin == SAMPLES)[0]] = 1e6
    moved = replace(results, assessments=[replace(results.assessments[0], plane=far)])
    drawing = next(iter(cloud_figures(moved))).draw()
    low, high = drawing.axes[0].get_xlim()
    assert high - low < 100


def test_without_an_assessment_there_is_nothing() -> None:
    nothing = made_up(missing=lambda task: ("not started", "never started") if task.stage == "assess" else None)
    assert [make(nothing) for make in TABLES] == [None] * len(TABLES)
    assert list(cloud_figures(nothing)) == []


def test_a_run_for_a_ratio_says_which(results: StudyResults) -> None:
    for make in TABLES:
        table = make(results)
        assert table is not None
        assert [column.key for column in table.columns[:3]] == ["generator", "seed", "ratio"]
        plain = make(made_up(TWO_GENERATORS.replace(", real: match", ", kimg: 7")))
        assert plain is not None
        assert "ratio" not in [column.key for column in plain.columns]
