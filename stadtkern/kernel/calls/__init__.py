"""Video appointments: two people, two browsers, nothing recorded."""
