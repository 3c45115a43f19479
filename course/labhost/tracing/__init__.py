"""One packet watched on its whole way through the machine."""
