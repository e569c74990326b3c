"""XZuFi 2.2: services, offices and responsibilities as the portals of Bund and Länder exchange them, read and written."""
