"""The files that a user may edit, in the order of work."""

from __future__ import annotations

from filmcomposer_core.assessment_document import (
    ASSESSMENT_FILE,
    assessment_from_file,
    assessment_from_tree,
    assessment_to_file,
    assessment_tree,
)
from filmcomposer_core.bar_trees import plan_plain, plan_tree, score_plain, score_tree
from filmcomposer_core.contracts.clip import Analysis
from filmcomposer_core.contracts.daw_plan import DawPlan, sounding
from filmcomposer_core.contracts.description import Description
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.scheme import Scheme
from filmcomposer_core.contracts.score import Score
from filmcomposer_core.contracts.tempo import TempoPlan
from filmcomposer_core.decision_marks import scheme_plain, scheme_tree
from filmcomposer_core.document import Document, structured
from filmcomposer_core.document_checks import (
    check_description,
    check_scheme,
    check_score,
    check_tempo,
)
from filmcomposer_core.spots_document import (
    spots_from_file,
    spots_from_tree,
    spots_to_file,
    spots_tree,
)
from filmcomposer_core.theme_document import (
    theme_from_file,
    theme_from_tree,
    theme_to_file,
    theme_tree,
)

DOCUMENTS: dict[str, Document] = {
    doc.name: doc
    for doc in (
        structured("analysis.json", Analysis),
        Document(
            name="spots.csv",
            files=("spots.csv",),
            parse=spots_from_file,
            render=spots_to_file,
            tree=lambda spots, _: spots_tree(spots),
            from_tree=spots_from_tree,
            counts=spots_tree,
        ),
        structured("description.toml", Description, check=check_description),
        structured(
            "tempo.json",
            TempoPlan,
            check=check_tempo,
            to_tree=lambda plain: plain | {"maps": [m | {"hits": []} for m in plain["maps"]]},
        ),
        structured("plan.toml", CuePlan),
        Document(
            name="melody.mid",
            files=("melody.mid", "melody.abc"),
            parse=theme_from_file,
            render=theme_to_file,
            tree=theme_tree,
            from_tree=theme_from_tree,
        ),
        structured(
            "score.json", Score, check=check_score, to_tree=score_tree, from_tree=score_plain
        ),
        structured(
            "scheme.json", Scheme, check=check_scheme, to_tree=scheme_tree, from_tree=scheme_plain
        ),
        Document(
            name=ASSESSMENT_FILE,
            files=(ASSESSMENT_FILE,),
            parse=assessment_from_file,
            render=assessment_to_file,
            tree=assessment_tree,
            from_tree=assessment_from_tree,
        ),
        structured(
            "daw_plan.json",
            DawPlan,
            to_tree=plan_tree,
            from_tree=plan_plain,
            counts=sounding,
        ),
    )
}
#: Every editable file -> the document it belongs to.
DOCUMENT_OF = {file: doc for doc in DOCUMENTS.values() for file in doc.files}
