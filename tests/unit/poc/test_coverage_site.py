"""One site's coverage: levels, quantiles, best server, files, antenna patterns, earnings."""

from dataclasses import replace

import numpy as np
import pytest

from maps.city import load_city
from maps.geodesy import great_circle_m
from maps.synthetic import synthetic_city
from poc.coverage.earnings import SITE_ID, earnings, scenario_around
from poc.coverage.figures import draw_best_server, draw_levels
from poc.coverage.geotiff import write_geotiff
from poc.coverage.grid import grid_around
from poc.coverage.level import Receiver, Site, best_server, quantile_dbm, received_dbm, summary
from poc.coverage.pattern_file import read_pattern
from poc.coverage.study import cover, serve
from poc.errors import DataError, DomainError, ScenarioError
from poc.paths import Places, median_loss
from radio_models.antenna import Isotropic, Sector
from radio_models.itm.model import Itm
from radio_models.log_distance import LogDistance
from radio_models.p1812.model import P1812

RECEIVER = Receiver()
SITE = Site(36.59, -84.25)


@pytest.fixture(scope="module")
def ridges():
    return load_city("tennessee-ridges")


@pytest.fixture(scope="module")
def flat():
    return synthetic_city("grid", width_km=2.0, height_km=2.0, seed=1)


def test_the_grid_is_the_terrain_s_own_posts_cut_to_the_radius(ridges) -> None:
    grid = grid_around(ridges, np.array([36.59]), np.array([-84.25]), 3000.0)
    row, column = grid.pixel_of(36.59, -84.25)
    assert grid.ground_m[row, column] == pytest.approx(
        ridges.terrain.elevation_m(grid.latitude_deg[row], grid.longitude_deg[column]), abs=0.05
    )
    edge_m = great_circle_m(36.59, -84.25, grid.latitude_deg[0], -84.25)
    assert 3000.0 <= edge_m <= 3000.0 + 2.0 * grid.pixel_height_m
    whole = grid_around(ridges, np.array([36.59]), np.array([-84.25]), 60e3)
    assert whole.shape == ridges.terrain.posts_m.shape


def test_a_closed_form_is_the_formula_in_every_pixel(flat) -> None:
    site, model = Site(0.0, 0.0, power_dbm=14.0, cable_loss_db=1.0), LogDistance(3.0)
    grid = grid_around(flat, np.array([0.0]), np.array([0.0]), 2000.0)
    level_dbm = received_dbm(flat, grid, site, model, RECEIVER, 868e6, 2000.0)
    latitude, longitude = np.meshgrid(grid.latitude_deg, grid.longitude_deg, indexing="ij")
    distance_m = great_circle_m(0.0, 0.0, latitude, longitude)
    straight_m = np.maximum(np.hypot(distance_m, 10.0), 1.0)
    wanted = 14.0 - 1.0 + 3.0 - (31.2182 + 30.0 * np.log10(straight_m))
    assert np.array_equal(np.isfinite(level_dbm), distance_m <= 2000.0)
    assert level_dbm[np.isfinite(level_dbm)] == pytest.approx(wanted[np.isfinite(level_dbm)], abs=1e-3)


@pytest.mark.parametrize(("model", "share"), [(Itm(), 0.9), (P1812(), 0.9)])
def test_terrain_levels_are_those_of_single_links(ridges, model, share) -> None:
    """Exact for P.1812. ITM's sweep starts at the nearest post and samples at pixels: near, not equal."""
    row, column = grid_around(ridges, np.array([36.59]), np.array([-84.25]), 4000.0).pixel_of(36.59, -84.25)
    grid = grid_around(ridges, np.array([36.59]), np.array([-84.25]), 4000.0)
    site = replace(SITE, latitude_deg=float(grid.latitude_deg[row]), longitude_deg=float(grid.longitude_deg[column]))
    radius_m = 1500.0 if isinstance(model, P1812) else 4000.0
    level_dbm = received_dbm(ridges, grid, site, model, RECEIVER, 915e6, radius_m)
    heard = np.argwhere(np.isfinite(level_dbm))
    some = heard[np.random.default_rng(1).permutation(len(heard))[:200]]
    there = Places(grid.latitude_deg[some[:, 0]], grid.longitude_deg[some[:, 1]], np.full(200, 2.0))
    here = site.place().take(np.zeros(200, int))
    distance_m = great_circle_m(site.latitude_deg, site.longitude_deg, there.latitude_deg, there.longitude_deg)
    loss_db, _ = median_loss(model, ridges, here, there, distance_m, 915e6)
    difference_db = np.abs(level_dbm[some[:, 0], some[:, 1]] - (14.0 + 3.0 - loss_db))
    if isinstance(model, P1812):
        assert difference_db.max() < 1e-3
    else:
        assert np.mean(difference_db < 3.0) > share
        assert np.median(difference_db) < 1.0


def test_quantiles_and_areas_are_in_order(ridges) -> None:
    found = cover(ridges, SITE, RECEIVER, ["itm", "log-distance"], 915e6, 6000.0)
    for row in found.rows():
        assert 0.0 < row["area_p10_km2"] < row["area_p50_km2"] < row["area_p90_km2"] <= row["area_km2"]
        assert row["people_p10"] <= row["people_p50"] <= row["people_p90"]
    level_dbm = np.array([-100.0], np.float32)
    assert quantile_dbm(level_dbm, 50, 8.0) == level_dbm
    assert quantile_dbm(level_dbm, 90, 8.0) - level_dbm == pytest.approx(8.0 * 1.2815515, abs=1e-4)
    itm, log_distance = found.levels.values()
    assert not np.allclose(np.nan_to_num(itm), np.nan_to_num(log_distance), atol=10.0)


def test_area_of_a_disc(flat) -> None:
    grid = grid_around(flat, np.array([0.0]), np.array([0.0]), 5000.0)
    level_dbm = received_dbm(flat, grid, Site(0.0, 0.0), LogDistance(2.0), RECEIVER, 868e6, 5000.0)
    assert summary(flat, grid, level_dbm, RECEIVER)["area_km2"] == pytest.approx(np.pi * 25.0, rel=0.01)


def test_best_server_by_hand_and_by_distance(flat, tmp_path) -> None:
    one, two = np.array([[-90.0, -95.0, np.nan]]), np.array([[-95.0, -90.0, -130.0]])
    assert best_server([one, two], -120.0).tolist() == [[0, 1, -1]]
    assert best_server([one, one], -120.0).tolist() == [[0, 0, -1]]
    (tmp_path / "fleet.csv").write_text("id,lat,lon\neast,0.0,0.02\nfar,0.0,0.04\n")
    served = serve(flat, Site(0.0, 0.0), tmp_path / "fleet.csv", RECEIVER, "log-distance", 868e6, 3000.0)
    assert [row["site"] for row in served.rows] == ["site", "east", "far"]
    row, column = served.grid.pixel_of(0.0, 0.0)
    assert served.best[row, column] == 0
    assert served.best[served.grid.pixel_of(0.0, 0.02)] == 1
    assert served.best[served.grid.pixel_of(0.0, 0.011)] == 1
    assert served.best[served.grid.pixel_of(0.0, 0.009)] == 0
    draw_best_server(tmp_path / "best.png", flat, served.grid, served.sites, served.best, "log-distance")
    assert (tmp_path / "best.png").stat().st_size > 10_000


def test_a_sector_is_louder_where_it_looks(flat) -> None:
    grid = grid_around(flat, np.array([0.0]), np.array([0.0]), 2000.0)
    round_dbm, sector_dbm = (
        received_dbm(flat, grid, Site(0.0, 0.0, antenna=antenna), LogDistance(), RECEIVER, 868e6, 2000.0)
        for antenna in (Isotropic(3.0), Sector(azimuth_deg=90.0))
    )
    gain_db = sector_dbm - round_dbm
    assert gain_db[grid.pixel_of(0.0, 0.0125)] == pytest.approx(14.0 - 3.0, abs=0.1)
    assert gain_db[grid.pixel_of(0.0, -0.0125)] == pytest.approx(14.0 - 30.0 - 3.0, abs=0.1)


def test_geotiff_comes_back_as_written(ridges, tmp_path) -> None:
    rasterio = pytest.importorskip("rasterio")
    found = cover(ridges, SITE, RECEIVER, ["log-distance"], 915e6, 3000.0)
    path = write_geotiff(tmp_path / "a.tif", found.grid, found.bands("log-distance"), "a test")
    with rasterio.open(path) as file:
        assert file.crs.to_epsg() == 4326
        assert file.descriptions[1] == "P50 of received power [dBm]"
        assert np.array_equal(file.read(2), found.levels["log-distance"], equal_nan=True)
        row, column = found.grid.pixel_of(36.59, -84.25)
        assert file.index(found.grid.longitude_deg[column], found.grid.latitude_deg[row]) == (row, column)
    assert list(tmp_path.iterdir()) == [path]


def test_the_picture_is_the_same_to_the_byte(ridges, tmp_path) -> None:
    found = cover(ridges, SITE, RECEIVER, ["log-distance"], 915e6, 3000.0)
    files = [
        draw_levels(tmp_path / name, ridges, found.grid, SITE, RECEIVER, found.levels).read_bytes()
        for name in ("a.png", "b.png")
    ]
    assert files[0] == files[1]


PATTERN = "NAME made\nFREQUENCY 868\nGAIN {gain}\nTILT ELECTRICAL\nHORIZONTAL 360\n{h}\nVERTICAL 360\n{v}\n"


def pattern_text(gain="6.0 dBd"):
    horizontal = "\n".join(f"{a} {min(a, 360 - a) / 10:.1f}" for a in range(360))
    vertical = "\n".join(f"{a}.0 {abs((a - 6 + 180) % 360 - 180) / 2:.2f}" for a in range(360))
    return PATTERN.format(gain=gain, h=horizontal, v=vertical)


def test_a_pattern_file_gives_peak_cuts_and_downtilt(tmp_path) -> None:
    (tmp_path / "a.msi").write_text(pattern_text())
    pattern = read_pattern(tmp_path / "a.msi", azimuth_deg=120.0)
    assert pattern.peak_gain_dbi == pytest.approx(8.15)
    assert pattern.gain_dbi(120.0, -6.0) == pytest.approx(8.15)
    assert pattern.gain_dbi(120.0, 0.0) == pytest.approx(8.15 - 3.0)
    assert pattern.gain_dbi([150.5, 90.0, -60.0], -6.0) == pytest.approx([8.15 - 3.05, 8.15 - 3.0, 8.15 - 18.0])
    (tmp_path / "b.msi").write_text(pattern_text("8 dBi"))
    assert read_pattern(tmp_path / "b.msi").peak_gain_dbi == 8.0


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("hello\n", "no HORIZONTAL and no VERTICAL and no GAIN"),
        (pattern_text().replace("GAIN 6.0", "GAIN six"), "'six' where a number"),
        (pattern_text()[:400], "cut HORIZONTAL has"),
    ],
)
def test_bad_pattern_files_are_refused_in_one_sentence(tmp_path, text, word) -> None:
    (tmp_path / "bad.msi").write_text(text)
    with pytest.raises(DataError, match=word):
        read_pattern(tmp_path / "bad.msi")


@pytest.mark.parametrize(
    ("site", "models", "radius_m", "error", "word"),
    [
        (SITE, ["log-distanse"], 3e3, ScenarioError, "did you mean"),
        (SITE, ["hata"], 3e3, DomainError, "higher antenna"),
        (Site(40.0, -84.0), ["itm"], 3e3, DataError, "not on the map"),
        (SITE, ["itm"], 1.0, DataError, "radius"),
    ],
)
def test_what_cannot_be_covered_is_refused_in_one_sentence(ridges, site, models, radius_m, error, word) -> None:
    with pytest.raises(error, match=word):
        cover(ridges, site, RECEIVER, models, 915e6, radius_m)


def test_terrain_models_without_terrain_and_rasters_beyond_reason(flat) -> None:
    with pytest.raises(DomainError, match="needs terrain"):
        cover(flat, Site(0.0, 0.0), RECEIVER, ["itm"], 868e6, 3e3)
    with pytest.raises(DataError, match="pixels"):
        cover(flat, Site(0.0, 0.0), RECEIVER, ["log-distance"], 868e6, 300e3)


def test_earnings_compare_the_same_worlds_with_and_without_the_site() -> None:
    scenario = scenario_around("liechtenstein", "helium-iot", 20, ["time.n_epochs=2", "time.warm_up_epochs=1"])
    site = Site(47.14, 9.52, height_m=25.0)
    first, second = (earnings(site, scenario, 2) for _ in "ab")
    assert first == second
    assert first.share.n == 2
    assert 0.0 <= first.share.mean <= 1.0
    assert 0.0 <= first.others_gain.mean <= 1.0
    # a site that nobody hears earns nothing, and changes nothing for anybody
    alone = earnings(Site(-40.0, 100.0), scenario, 2)
    assert alone.share.mean == 0.0
    assert alone.others_gain.mean == 0.0
    assert SITE_ID < 2**53
    with pytest.raises(DataError, match="two or more"):
        earnings(site, scenario_around("liechtenstein", "helium-iot", 1, []), 1)
    with pytest.raises(ScenarioError, match="not key=value"):
        scenario_around("liechtenstein", "helium-iot", 20, ["fleet"])
