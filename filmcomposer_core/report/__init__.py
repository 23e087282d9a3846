"""REPORT: what was made, measured on what sounds."""

from filmcomposer_core.report.make_report import CueDocuments, Report, dump_report, make_report

__all__ = ["CueDocuments", "Report", "dump_report", "make_report"]
