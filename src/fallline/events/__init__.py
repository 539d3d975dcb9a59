"""Event files, which TensorBoard shows: what is in a record, and the file that records are written to."""

from fallline.events.graph_definition import GraphNode, graph_definition
from fallline.events.histogram import Histogram, histogram_of
from fallline.events.summaries import clean_tag, histogram_summary, image_summary, scalar_summary
from fallline.events.writer import EventWriter

__all__ = [
    "EventWriter",
    "GraphNode",
    "Histogram",
    "clean_tag",
    "graph_definition",
    "histogram_of",
    "histogram_summary",
    "image_summary",
    "scalar_summary",
]
