"""The data set: images per class and split, and what the audit found."""

from fer.report.results import StudyResults
from fer.report.tables.table import Column, Table

SPLITS = ("train", "validation", "test")


def classes_table(results: StudyResults) -> Table | None:
    """Images per class and split."""
    if not results.audit:
        return None
    counts, images = results.audit["class_counts"], results.audit["images"]
    rows = [{"class": name, **{split: counts[split][name] for split in SPLITS}} for name in results.audit["classes"]]
    rows.append({"class": "all", **{split: images[split] for split in SPLITS}})
    columns = [Column("class", "Class", head=True), *(Column(split, split.capitalize(), "whole") for split in SPLITS)]
    return Table("classes", "Images per class and split", columns, rows, block=0)


def audit_table(results: StudyResults) -> Table | None:
    """What the audit found."""
    audit = results.audit
    if not audit:
        return None
    also, identical = audit["occurs_also"], audit["identical"]
    findings = {
        "Test images that occur in training or validation too (leaked)": also["test_in_train_or_validation"],
        "Test images that occur in training too": also["test_in_train"],
        "Validation images that occur in training too": also["validation_in_train"],
        "Leak-free test images": audit["test_leak_free"],
        "Groups of identical images": identical["groups"],
        "Images in these groups": identical["images"],
        "Groups with conflicting labels": identical["conflicting_groups"],
        "Groups with conflicting labels within training": identical["conflicting_groups_in_train"],
        "Images of one single value": audit["single_valued"],
    }
    rows = [{"finding": finding, "count": count} for finding, count in findings.items()]
    columns = [Column("finding", "Finding", "words", head=True), Column("count", "Count", "whole")]
    return Table(
        "audit", "Audit of the data set", columns, rows, " ".join(f"{note}." for note in audit["notes"]), block=0
    )
