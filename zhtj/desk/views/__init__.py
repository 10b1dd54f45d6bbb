"""Pages of the desk: coming in with a code, the health list, merging and closing."""
