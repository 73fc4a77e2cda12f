"""How a site's filter learns from its moderators: simulations, seeded and repeatable."""
