"""A comment says what goes, comes and changes in the cluster, what goes first, and what it leaves out."""

from dataclasses import replace

from models.catalog.loader import load_catalog
from reports.charts import diff
from reports.charts.render import Rendered
from tests.policy.support.kubernetes import changed
from tests.reports.charts.support.rendered import rendered

ALL = rendered("production")


def with_text(one: Rendered, before: str, after: str) -> Rendered:
    """One object with another line."""
    return replace(
        one, text=one.text.replace(before, after), body=changed(one.body, ("metadata.annotations", {"a": after}))
    )


def test_equal_is_said() -> None:
    """In one line."""
    assert diff.markdown("dev", ALL, ALL) == "### dev: no object differs\n"


def test_what_goes_is_first() -> None:
    """Then what comes, then what changes, with the lines."""
    (policy,) = [one for one in ALL if (one.service, one.kind) == ("web", "NetworkPolicy")]
    (budget,) = [one for one in ALL if (one.service, one.kind) == ("web", "PodDisruptionBudget")]
    (service,) = [one for one in ALL if (one.service, one.kind) == ("web", "Service")]
    before = [policy, budget]
    after = [service, with_text(budget, "maxUnavailable: 1", "maxUnavailable: 9")]
    said = diff.markdown("dev", before, after)
    assert said.startswith("### dev: 3 objects differ\n")
    verbs = ["removed: NetworkPolicy web", "new: Service web", "changed: PodDisruptionBudget web"]
    assert sorted(said.index(verb) for verb in verbs) == [said.index(verb) for verb in verbs]
    assert "-  maxUnavailable: 1\n+  maxUnavailable: 9\n" in said


def test_orphans_are_named_before_everything() -> None:
    """A line that is gone, another tier, another namespace; not another chart or image, and not what is new."""
    lines = dict(load_catalog().versions["production"])
    auth, billing, web, search = (lines[name] for name in ("auth", "billing", "web", "search"))
    after = {name: line for name, line in lines.items() if name != "web"}
    after["auth"] = auth.model_copy(update={"tier": "experimental"})
    after["billing"] = billing.model_copy(update={"namespace": "graph"})
    after["search"] = search.model_copy(update={"chart": "9.9.9", "image": f"sha256:{'0' * 64}"})
    after["new"] = web.model_copy(update={"service": "new"})
    found = diff.orphaned(lines, after)
    assert found == {
        "auth": f"{auth.place} becomes experimental/{auth.namespace}",
        "billing": f"{billing.place} becomes {billing.tier}/graph",
        "web": "its line is gone",
    }
    gone = [one for one in ALL if one.service == "web"]
    said = diff.markdown("production", gone, [], found)
    assert "#### Orphans: 3 services of those that run here" in said
    places = [said.index(text) for text in ("#### Orphans", "- `auth`: ", "- `web`: its line is gone", "removed: ")]
    assert places == sorted(places)
    assert "1 service of those" in diff.markdown("production", [], [], {"web": "its line is gone"})
    assert "Orphans" not in diff.markdown("production", gone, [])


def test_what_has_no_room_is_named() -> None:
    """And no fence is ended by the text inside."""
    said = diff.markdown("production", [], ALL)
    assert len(said) < 65_536
    headings = said.count("new: ")
    assert headings == len(ALL)
    assert "more:" in said
    (one, *_) = ALL
    fenced = diff.markdown("dev", [], [replace(one, text="a\n```\nb\n")])
    assert fenced.count("```") == 2
