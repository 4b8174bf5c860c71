"""How sure a named cause is."""

from smokejumper.model.verdict import Grade
from smokejumper.steps.faults import Judged
from smokejumper.steps.releases import Release
from smokejumper.steps.scope import Reach


def grade(judged: Judged, reach: Reach, guilty: Release | None, *, proven: bool) -> tuple[Grade, float]:
    """Grade and confidence: how well signature, number and reach bear the name.

    `proven` says that a source of another kind agrees.
    """
    fault, tell = judged.fault, judged.tell
    if fault.cause.kind == "symptom" and tell is None:
        return "symptom", 0.35 if fault.id == "unknown" else 0.45
    if tell is not None:
        return ("proven" if tell.proven else "likely"), tell.confidence
    confidence = 0.9 * fault.sure
    if fault.count < 5 and fault.main.kind != "platform" and fault.main.process != "boot":
        confidence -= 0.12
    if reach.scope == "unknown":
        confidence -= 0.1
    if guilty is not None:
        confidence += 0.03
    if proven:
        confidence += 0.05
    if fault.cause.kind == "evidence" and not proven:
        confidence = min(confidence, 0.75)
    return ("proven" if proven else "likely"), round(max(0.1, min(0.97, confidence)), 2)
