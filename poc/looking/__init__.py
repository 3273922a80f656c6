"""A first look at somebody's own file: columns guessed and said, hotspots placed and scaled, no scenario needed."""
