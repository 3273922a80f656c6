from collections.abc import Callable

from poc.report.headline import headline
from poc.store import RunData


def test_a_run_without_liars_says_so(make_run: Callable[..., RunData]) -> None:
    assert any("None of the 40 hotspots lies" in line for line in headline(make_run(n_liars=0)))


def test_the_order_follows_the_damage(hand_run: RunData) -> None:
    def news(leaked: float, unpaid: float) -> list[str]:
        metrics = {
            **hand_run.metrics,
            "leakage": {"share": leaked, "liar_share_of_hotspots": 0.1},
            "collateral": {"unpaid_share": unpaid, "harmed_share": 0.0},
        }
        return headline(RunData(hand_run.manifest, metrics, {}))

    assert news(leaked=0.2, unpaid=0.5)[0].startswith(
        "Liars are 10 % of the hotspots; of everything paid they take 20 %"
    )
    assert news(leaked=0.001, unpaid=0.5)[0].startswith("Of the honest hotspots 50 % are paid nothing")


def test_a_run_that_kept_nothing_still_has_a_sentence(hand_run: RunData) -> None:
    bare = RunData(hand_run.manifest, {"n_hotspots": 3}, {})
    assert headline(bare) == ["3 hotspots ran; the run kept too little to grade them."]
