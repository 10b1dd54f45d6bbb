"""Pages of the room: accounts (log-in, password, unit acted for) and units."""
