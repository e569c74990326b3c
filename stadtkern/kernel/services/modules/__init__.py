"""The texts of a service by module, as XZuFi names them: files of the city, edited in the browser, exchanged with others."""
