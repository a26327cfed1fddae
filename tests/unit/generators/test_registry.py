import subprocess
import sys

import pytest

from fer.errors import RequestError
from fer.generators.registry import get_generator, is_known_generator, known_generators


def test_the_names_of_the_study_are_known() -> None:
    assert known_generators() == ["cgan-48", "stylegan2-32", "stylegan2-64", "stylegan2-64-ada", "flow-48"]
    assert all(is_known_generator(name) for name in known_generators())


def test_a_folder_is_known_by_any_uri_but_an_empty_one() -> None:
    assert is_known_generator("folder:s3://faces/mine")
    assert not is_known_generator("folder:")
    assert not is_known_generator("folder: ")


@pytest.mark.parametrize("name", ["flow-48"])
def test_a_generator_that_is_not_built_yet_says_so_and_which_ones_are(name: str) -> None:
    with pytest.raises(RequestError, match=f"generator {name}: does not exist yet in this version; there are cgan-48"):
        get_generator(name)


def test_an_unknown_name_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(RequestError, match="generator cgan48: unknown; did you mean cgan-48"):
        get_generator("cgan48")


def test_the_registry_and_the_check_of_options_cost_no_torch() -> None:
    code = (
        "import sys; from fer.generators.registry import get_generator; "
        "get_generator('cgan-48').check_options('cgan-48', {}); get_generator('folder:/x').check_options('mine', {}); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_option_is_named_with_the_nearest_right_one() -> None:
    with pytest.raises(RequestError, match=r"^generators\.mine\.options\.ema_kmg: .*; did you mean ema_kimg\?$"):
        get_generator("cgan-48").check_options("mine", {"ema_kmg": 1})


@pytest.mark.parametrize("value", [-1, 0, "64", 1.5, True])
def test_an_impossible_option_is_named_with_its_value(value: object) -> None:
    with pytest.raises(RequestError, match=rf"^generators\.mine\.options\.batch_size: .*not {value!r}$"):
        get_generator("cgan-48").check_options("mine", {"batch_size": value})


def test_a_folder_has_no_options() -> None:
    with pytest.raises(RequestError, match=r"generators\.mine\.options\.size: unknown key"):
        get_generator("folder:/x").check_options("mine", {"size": 1})
