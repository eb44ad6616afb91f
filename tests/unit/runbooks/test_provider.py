import os
import threading

import pytest

from runbooks import CatalogError, CatalogProvider


def change(path, text):
    before = path.stat().st_mtime_ns
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 1_000_000, before + 1_000_000))


def test_nothing_is_reloaded_while_nothing_changed(write_catalog, clock):
    provider = CatalogProvider([write_catalog()], clock)
    first = provider.current()
    assert not provider.reload_if_changed()
    assert provider.current() is first


def test_a_change_is_picked_up(write_catalog, clock):
    folder = write_catalog()
    provider = CatalogProvider([folder], clock)
    main = folder / "main.yaml"
    change(main, main.read_text().replace("deadline: 10m", "deadline: 20m"))
    assert provider.reload_if_changed()
    assert provider.current().flows["order"].objectives.deadline.seconds == 1_200
    assert not provider.reload_if_changed()


def test_new_and_vanished_files_are_picked_up(write_catalog, clock):
    folder = write_catalog()
    provider = CatalogProvider([folder], clock)
    extra = folder / "extra.yaml"
    extra.write_text("kind: Owner\nname: other\n")
    assert provider.reload_if_changed()
    assert "other" in provider.current().owners
    extra.unlink()
    assert provider.reload_if_changed()
    assert "other" not in provider.current().owners


def test_a_touched_file_of_the_same_content_is_no_new_catalog(write_catalog, clock):
    folder = write_catalog()
    provider = CatalogProvider([folder], clock)
    first = provider.current()
    change(folder / "main.yaml", (folder / "main.yaml").read_text())
    assert not provider.reload_if_changed()
    assert provider.current() is first


@pytest.mark.parametrize("broken", ["kind: [", "kind: Flow\nname: order\nmilestones: 3\n", "kind: Nonsense\nname: x\n"])
def test_a_broken_catalog_leaves_the_last_good_one_in_force_with_a_notice(write_catalog, clock, broken):
    folder = write_catalog()
    provider = CatalogProvider([folder], clock)
    good = provider.current()
    text = (folder / "main.yaml").read_text()
    broken_at = clock.now()
    change(folder / "main.yaml", broken)
    assert not provider.reload_if_changed()
    assert provider.current() is good
    (notice,) = provider.notices()
    assert notice.version_in_force == good.version
    assert notice.since == broken_at
    assert "main.yaml" in notice.message

    clock.advance(60)
    change(folder / "main.yaml", broken + "# still\n")
    provider.reload_if_changed()
    assert provider.notices()[0].since == broken_at

    change(folder / "main.yaml", text)
    provider.reload_if_changed()
    assert provider.notices() == []
    assert provider.current().version == good.version


def test_a_vanished_folder_leaves_the_last_good_catalog(write_catalog, clock):
    folder = write_catalog()
    provider = CatalogProvider([folder], clock)
    folder.rename(folder.parent / "moved")
    assert not provider.reload_if_changed()
    assert "order" in provider.current().flows
    assert provider.notices()


def test_it_does_not_start_with_a_broken_catalog(write_catalog, clock):
    with pytest.raises(CatalogError, match="broken"):
        CatalogProvider([write_catalog(("tier: 1\n", "\n"))], clock)


def test_one_thread_of_many_reloads(write_catalog, clock):
    folder = write_catalog()
    provider = CatalogProvider([folder], clock)
    change(folder / "main.yaml", (folder / "main.yaml").read_text() + "# changed\n")
    results: list[bool] = []
    threads = [threading.Thread(target=lambda: results.append(provider.reload_if_changed())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False] * 7 + [True]
