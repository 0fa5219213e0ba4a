"""A review as one document: equal inputs give equal text."""

from reports.review.decisions import decisions
from reports.review.model import Inputs
from reports.review.sections import all_of, table


def document(inputs: Inputs) -> str:
    """The whole document."""
    quarter = inputs.quarter
    head = [
        f"# Review of {quarter}",
        (
            f"Clauses REV-01 and REV-02, as of {inputs.today}. Written by `make review QUARTER={quarter}`;\n"
            "what was decided is entered in the files that it is about, by pull request."
        ),
    ]
    rows = [[one.about, one.question, ", ".join(one.owners) or "nobody"] for one in decisions(inputs)]
    asked = table(("About", "Decide", "Owners"), rows) if rows else ["Nothing has to be decided."]
    return "\n\n".join([*head, *all_of(inputs), "\n".join(["## Decisions to take", "", *asked])]) + "\n"
