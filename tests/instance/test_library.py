"""Finding and copying shipped instances."""

from pathlib import Path

import pytest

from planner.instance import InstanceError, library, load
from planner.instance.catalogue import shipped_folder
from tests.factories import write_instance


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of shipped instances with two in it."""
    folder = tmp_path / "instances"
    for name in ("small", "tiny"):
        write_instance(folder / name)
    (folder / "catalogue").mkdir()
    monkeypatch.setattr(library, "shipped_folder", lambda: folder)
    return folder


def refusal(target: Path, source: str | Path) -> str:
    with pytest.raises(InstanceError) as caught:
        library.new(target, source)
    return str(caught.value)


def test_shipped_instances_have_titles(shelf: Path) -> None:
    assert library.shipped() == [("small", "The smallest instance"), ("tiny", "The smallest instance")]


def test_a_broken_title_hides_no_instance(shelf: Path) -> None:
    (shelf / "tiny" / "instance.toml").write_text("title = ")
    assert library.shipped()[1] == ("tiny", "")


def test_the_real_shelf_lists_what_lies_there() -> None:
    names = [name for name, _ in library.shipped()]
    assert names == sorted(path.parent.name for path in shipped_folder().glob("*/instance.toml"))
    assert "catalogue" not in names


def test_find_takes_a_path_before_a_name(shelf: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert library.find("small") == shelf / "small"
    assert library.find(shelf / "tiny") == shelf / "tiny"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small").mkdir()
    assert library.find("small") == Path("small")


def test_find_suggests(shelf: Path) -> None:
    with pytest.raises(InstanceError, match="nor a shipped instance of this name - did you mean small"):
        library.find("smal")


def test_new_copies_whole(shelf: Path, tmp_path: Path) -> None:
    (shelf / "small" / "__pycache__").mkdir()
    (shelf / "small" / "sites.csv").chmod(0o444)
    target = library.new(tmp_path / "deep" / "mine", "small")
    assert load(target).name == "mine"
    assert load(target).digest == load(shelf / "small").digest
    assert not (target / "__pycache__").exists()
    (target / "sites.csv").write_text("id,name,power_limit_mw\nalpha,Alpha,50\n")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["mine"]


@pytest.mark.parametrize("kind", ["folder", "file", "empty folder", "dangling link"])
def test_new_never_overwrites(shelf: Path, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "mine"
    if kind == "file":
        target.write_text("precious")
    elif kind == "dangling link":
        target.symlink_to(tmp_path / "nowhere")
    else:
        target.mkdir()
        if kind == "folder":
            (target / "precious").write_text("x")
    assert "mine - exists already and is left as it is - a new name" in refusal(target, "small")
    assert target.is_symlink() or target.exists()


def test_new_leaves_nothing_behind_when_it_fails(shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(library.os, "rename", full)
    assert "mine - cannot be written: No space left on device" in refusal(tmp_path / "deep" / "mine", "small")
    assert list((tmp_path / "deep").iterdir()) == []


def test_new_refuses_a_copy_inside_its_source(shelf: Path) -> None:
    assert "lies inside" in refusal(shelf / "small" / "copy", shelf / "small")


def test_new_refuses_what_is_no_instance(shelf: Path, tmp_path: Path) -> None:
    assert "is not an instance: it has no instance.toml" in refusal(tmp_path / "mine", shelf / "catalogue")


def test_new_refuses_a_parent_that_is_a_file(shelf: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "cannot be written" in refusal(tmp_path / "file" / "mine", "small")
