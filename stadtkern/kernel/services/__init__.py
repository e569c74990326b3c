"""Services: the catalogue; reads service folders, builds forms, checks them."""
