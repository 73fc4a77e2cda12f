"""A newsroom with as many stored comments as one likes, and what it costs to work in it."""
