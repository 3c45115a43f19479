"""How what machines saw becomes a journey: what `course.observe.trace` is made of."""
