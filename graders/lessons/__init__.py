"""One module per lesson, one function per graded cell."""
