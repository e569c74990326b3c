"""The clerk's desk: the list, the case beside it, the counter, the load of an office."""
