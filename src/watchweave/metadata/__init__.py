"""Places that know what things are, and not what anybody did with them."""
