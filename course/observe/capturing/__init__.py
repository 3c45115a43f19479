"""What `course.observe.capture` is made of."""
