"""What is judged: assertions about a lab, verdicts with reasons, and one function per graded cell."""
