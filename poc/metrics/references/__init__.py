"""Reference tests: how well anybody could tell, on the same reports, who is not where it says.

They read the truth, so they live with the metrics, never with the detectors. Both know the channel law and who is
honest. The *clairvoyant* test also knows the place where a liar really is; the *informed* test has to search for it.
Both look at what others report of a hotspot; the *receive-side* test looks at what it reports itself (`reports.py`).
"""

from poc.metrics.references.reports import receive_side
from poc.metrics.references.scoring import references

__all__ = ["receive_side", "references"]
