"""What all tests share: the count of external truths at the end of a run."""

from __future__ import annotations

import pytest


class TruthCount:
    """Counts tests marked `truth`; with several workers the reports of all reach the controller."""

    def __init__(self) -> None:
        self.ran = self.skipped = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if "truth" not in report.keywords:
            return
        self.skipped += report.skipped
        self.ran += report.when == "call" and not report.skipped

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.write_line(f"External truths: {self.ran} ran, {self.skipped} skipped")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(TruthCount(), "truth-count")
