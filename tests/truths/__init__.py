"""External truths: answers that nobody on this project computed, reached with the ordinary model."""
