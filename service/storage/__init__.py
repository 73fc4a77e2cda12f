"""Storage remembers: the only room that speaks SQL."""
